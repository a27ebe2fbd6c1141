import { createRequire } from "node:module";

/**
 * Public Sans (SIL Open Font License), which figures and reports are set in: it comes with the package, so
 * that they look the same on a machine without any font.
 */
export const fontFamily = "Public Sans";

export interface FontFile {
  /** CSS weight: 400 is regular, 600 is semi-bold. */
  readonly weight: 400 | 600;
  /** Path of a TrueType file. */
  readonly path: string;
}

/** The font's files, in the two weights that Heddle uses. */
export function fontFiles(): readonly FontFile[] {
  const { resolve } = createRequire(import.meta.url);
  const folder = "@expo-google-fonts/public-sans";
  return [
    { weight: 400, path: resolve(`${folder}/400Regular/PublicSans_400Regular.ttf`) },
    { weight: 600, path: resolve(`${folder}/600SemiBold/PublicSans_600SemiBold.ttf`) },
  ];
}
