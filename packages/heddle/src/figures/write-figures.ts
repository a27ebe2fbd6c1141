import { join } from "node:path";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "./figure.js";

/** Writes each figure as `NAME.svg` and `NAME.png` into a folder, which is made where it is missing. */
export async function writeFigures(folder: string, figures: readonly Figure[]): Promise<void> {
  for (const { name, svg, png } of figures) {
    await writeFileAtomic(join(folder, `${name}.svg`), svg);
    await writeFileAtomic(join(folder, `${name}.png`), png);
  }
}
