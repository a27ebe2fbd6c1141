import { join } from "node:path";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { hearSignal } from "../system/hear-signal.js";
import { svgToPng } from "./png.js";

/** The light drawing of a figure, as its files hold it. */
interface FigureFiles {
  readonly name: string;
  readonly svg: string;
  readonly png: Uint8Array;
}

/**
 * Makes PNGs of figures: the slow part of writing them.
 *
 * @throws AbortedError on `signal`, between two of them
 */
export async function figureFiles(
  figures: readonly Pick<Figure, "name" | "svg">[],
  signal: AbortSignal | undefined,
): Promise<readonly FigureFiles[]> {
  const files: FigureFiles[] = [];
  for (const { name, svg } of figures) {
    await hearSignal(signal, "Drawing the figures");
    files.push({ name, svg, png: svgToPng(svg) });
  }
  return files;
}

/** Writes each as `NAME.svg` and `NAME.png` into a folder, which is made where it is missing. */
export async function writeFigureFiles(
  folder: string,
  files: readonly FigureFiles[],
  place: WritePlace,
): Promise<void> {
  for (const { name, svg, png } of files) {
    await writeFileAtomic(join(folder, `${name}.svg`), svg, place);
    await writeFileAtomic(join(folder, `${name}.png`), png, place);
  }
}

/**
 * Writes the light drawing of each figure as `NAME.svg` and `NAME.png` into a folder, which is made where it is missing.
 *
 * @throws AbortedError on `signal`; nothing is written then
 */
export async function writeFigures(
  folder: string,
  figures: readonly Pick<Figure, "name" | "svg">[],
  { signal, ...place }: WritePlace & { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await writeFigureFiles(folder, await figureFiles(figures, signal), place);
}
