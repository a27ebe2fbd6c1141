import { join } from "node:path";
import { checkNotAborted } from "@heddle/core/internal/base/errors.js";
import type { ReadingChoice } from "@heddle/core/internal/data/reading.js";
import { PictureError } from "@heddle/core/internal/pictures/raw-picture.js";
import { MAXIMUM_PICTURE_BYTES } from "./picture.js";
import { pictureFileSize } from "./picture-decoder.js";
import type { ListedPicture } from "./picture-tree.js";
import type { SourceFolder } from "./source-folder.js";

/** The sides of squares that pictures of several sizes are scaled to. */
const SIDES = [8, 16, 24, 28, 32, 48, 64];

/** How many pictures are looked at. Classes alternate, so that these are like all of them. */
const SAMPLE = 500;

/**
 * The size to which pictures of several sizes are scaled: a square whose area is at most that of the
 * median picture, and 64 × 64 at most.
 */
export async function commonSize(
  source: SourceFolder,
  pictures: readonly ListedPicture[],
  signal: AbortSignal | undefined,
): Promise<{ readonly size: readonly [height: number, width: number]; readonly choice: ReadingChoice }> {
  const sizes: { readonly path: string; readonly width: number; readonly height: number }[] = [];
  for (const { path } of pictures.slice(0, SAMPLE)) {
    checkNotAborted(signal, `Reading ${source.path}`);
    const bytes = await source.read(path, { maximumBytes: MAXIMUM_PICTURE_BYTES });
    try {
      const { width, height } = await pictureFileSize(join(source.path, path), bytes);
      sizes.push({ path, width, height });
    } catch (thrown) {
      if (!(thrown instanceof PictureError)) throw thrown;
    }
  }
  sizes.sort((a, b) => a.width * a.height - b.width * b.height);
  const median = sizes[sizes.length >> 1]!;
  const fitting = SIDES.filter((side) => side * side <= median.width * median.height);
  const side = fitting.at(-1) ?? SIDES[0]!;
  const text = ({ path, width, height }: (typeof sizes)[number]) => `${height} × ${width} (${path})`;
  return {
    size: [side, side],
    choice: {
      about: "size",
      choice: `${side} × ${side}, because pictures have several sizes, from ${text(sizes[0]!)} to ${text(sizes.at(-1)!)}`,
      option: "size",
      warn: true,
    },
  };
}
