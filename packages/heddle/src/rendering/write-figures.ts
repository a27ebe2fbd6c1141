import { join } from "node:path";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { svgToPng } from "./png.js";

/** Writes the light drawing of each figure as `NAME.svg` and `NAME.png` into a folder, which is made where it is missing. */
export async function writeFigures(
  folder: string,
  figures: readonly Pick<Figure, "name" | "svg">[],
): Promise<void> {
  for (const { name, svg } of figures) {
    await writeFileAtomic(join(folder, `${name}.svg`), svg);
    await writeFileAtomic(join(folder, `${name}.png`), svgToPng(svg));
  }
}
