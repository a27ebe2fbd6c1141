import { Random, shuffle } from "../../base/random.js";

/**
 * How a pass over images on disk is shuffled without holding them all.
 *
 * Images lie in blocks of 64 KiB, as many whole images as fit, one at least. The blocks are shuffled; as many as fill
 * 32 MiB make a window, and the images of a window are shuffled among themselves. Both shuffles are drawn from one
 * stream of numbers, a function of the seed and the number of the pass: the order depends on nothing else, so that a
 * pass can be repeated, and begun again, on any machine.
 *
 * Against a full shuffle: images of one block always come within one window. Where a block holds few images against the
 * window (83 of 42,745 for 28 × 28 bytes), neighbours in a batch are as good as independent, also where the file is
 * sorted by class. A packed file can only be read from its beginning: its blocks stay in the order of the file, so that
 * windows are pieces of the file and only what lies within 32 MiB is mixed.
 */
const BLOCK_BYTES = 64 * 2 ** 10;
const WINDOW_BYTES = 32 * 2 ** 20;

/** Images that follow each other in a file. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Images that lie in memory together. */
export interface StreamWindow {
  /** What is read, in the order of the file. */
  readonly stretches: readonly Stretch[];
  readonly count: number;
  /** Which of them, counted as they were read, is the first to come, the second, …; as read where it is absent. */
  readonly order?: Int32Array;
}

export interface StreamOrder {
  readonly seed: number;
  /** The number of the pass, from 0. */
  readonly pass: number;
  /** False where a file can only be read from its beginning. */
  readonly seekable: boolean;
}

/** Images of a block and blocks of a window, for images of so many bytes in memory. */
export function blockSizes(imageBytes: number): {
  readonly blockImages: number;
  readonly windowBlocks: number;
} {
  const blockImages = Math.max(1, Math.floor(BLOCK_BYTES / imageBytes));
  const windowBlocks = Math.max(1, Math.floor(WINDOW_BYTES / (blockImages * imageBytes)));
  return { blockImages, windowBlocks };
}

/**
 * The windows of a pass.
 *
 * @param images how many there are, and the bytes of one in memory
 * @param order how they are shuffled; not at all by default
 * @example
 * const [window] = windowsOf({ count: 60000, imageBytes: 784 }, { seed: 42, pass: 0, seekable: true });
 * window.count; // 42745
 */
export function* windowsOf(
  { count, imageBytes }: { readonly count: number; readonly imageBytes: number },
  order?: StreamOrder,
): Generator<StreamWindow> {
  const { blockImages, windowBlocks } = blockSizes(imageBytes);
  const random = order && new Random(order.seed, "shuffle", order.pass);
  const blocks = Int32Array.from({ length: Math.ceil(count / blockImages) }, (_, block) => block);
  if (random && order.seekable) shuffle(blocks, random);
  for (let from = 0; from < blocks.length; from += windowBlocks) {
    // Read in the order of the file, which disks like: what comes when is decided by the second shuffle.
    const chosen = blocks.slice(from, from + windowBlocks).sort();
    const stretches = stretchesOf(chosen, blockImages, count);
    const images = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
    if (!random) yield { stretches, count: images };
    else {
      const places = new Int32Array(images);
      shuffle(places, random);
      yield { stretches, count: images, order: places };
    }
  }
}

/** Ascending blocks as stretches; blocks that follow each other make one. */
function stretchesOf(blocks: Int32Array, blockImages: number, count: number): Stretch[] {
  const stretches: { first: number; count: number }[] = [];
  for (const block of blocks) {
    const first = block * blockImages;
    const images = Math.min(blockImages, count - first);
    const last = stretches.at(-1);
    if (last && last.first + last.count === first) last.count += images;
    else stretches.push({ first, count: images });
  }
  return stretches;
}
