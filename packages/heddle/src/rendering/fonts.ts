import { createRequire } from "node:module";

/** A file of the bundled font. */
export interface FontFile {
  /** CSS weight: 400 is regular, 600 is semi-bold. */
  readonly weight: 400 | 600;
  /** Path of a TrueType file. */
  readonly path: string;
}

/** The bundled font in the two weights that figures and reports use: they look the same on a machine without any font. */
export function fontFiles(): readonly FontFile[] {
  const { resolve } = createRequire(import.meta.url);
  const folder = "@expo-google-fonts/public-sans";
  return [
    { weight: 400, path: resolve(`${folder}/400Regular/PublicSans_400Regular.ttf`) },
    { weight: 600, path: resolve(`${folder}/600SemiBold/PublicSans_600SemiBold.ttf`) },
  ];
}
