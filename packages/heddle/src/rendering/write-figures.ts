import { join } from "node:path";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { hearSignal } from "../system/hear-signal.js";
import { svgToPng } from "./png.js";

/**
 * Writes the light drawing of each figure as `NAME.svg` and `NAME.png` into a folder, which is made where it is missing.
 *
 * @throws AbortedError on `signal`, between two of them
 */
export async function writeFigures(
  folder: string,
  figures: readonly Pick<Figure, "name" | "svg">[],
  { signal, ...place }: WritePlace & { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  for (const { name, svg } of figures) {
    await hearSignal(signal, "Writing the figures");
    await writeFileAtomic(join(folder, `${name}.svg`), svg, place);
    await writeFileAtomic(join(folder, `${name}.png`), svgToPng(svg), place);
  }
}
