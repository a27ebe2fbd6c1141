import { Random, shuffle } from "../../base/random.js";

/**
 * How to shuffle a pass over images on disk without holding all of them in memory.
 *
 * The file is divided into blocks of 64 KiB, each of as many whole images as fit but at least one. The blocks are
 * shuffled; as many as fill 32 MiB make a window, and the images of a window are shuffled among themselves. Both shuffles
 * are drawn from one stream of random numbers, a function of the seed and the number of the pass. The order depends on
 * nothing else, so a pass can be repeated, and restarted, on any machine.
 *
 * Unlike in a full shuffle, the images of a block always come within one window. If a block is small compared with the
 * window (83 of 42,745 images for 28 × 28 bytes), neighbours in a batch are practically independent, even if the file is
 * sorted by class. A packed file can only be read from its beginning: its blocks stay in the order of the file, so that
 * windows are pieces of the file, and images are mixed only within 32 MiB.
 */
const BLOCK_BYTES = 64 * 2 ** 10;
const WINDOW_BYTES = 32 * 2 ** 20;

/** Consecutive images of a file. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Images that are in memory at the same time. */
export interface StreamWindow {
  /** The images to read, in the order of the file. */
  readonly stretches: readonly Stretch[];
  readonly count: number;
  /** The order in which they come, as positions in the order of reading, which is also the default. */
  readonly order?: Int32Array;
}

/** The order of a shuffled pass. */
export interface StreamOrder {
  readonly seed: number;
  /** The number of the pass, from 0. */
  readonly pass: number;
  /** False if the file can only be read from its beginning. */
  readonly seekable: boolean;
}

/** How many images make a block and how many blocks a window, for images of `imageBytes` in memory. */
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
 * @param images how many images there are, and how many bytes each takes in memory
 * @param order how to shuffle them; not at all by default
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
    // Read in the order of the file, which is faster; the second shuffle decides the order of the images.
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

/** Ascending blocks as stretches; consecutive blocks make one stretch. */
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
