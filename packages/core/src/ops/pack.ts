import type { Buffer, Operand } from "../engine/program-builder.js";
import { type Emitter, ranges } from "./emitter.js";

/** About how many floats one task of packing takes. */
const TASK_FLOATS = 1 << 15;
/** With fewer pixels in a batch, packing costs more than it saves. */
const MIN_PIXELS = 16;

/** Where `denseForward` and `conv2dForward` find their kernel. */
interface KernelLayout {
  readonly w: Operand;
  readonly wStepBytes: number;
  readonly wBlockBytes: number;
}

/**
 * A kernel [rows, columns] in blocks of eight columns, packed once a step, unless packing does not pay for `pixels`
 * outputs of each sample. The sums are the same either way.
 */
export function emitPackedKernel(
  e: Emitter,
  w: Buffer,
  { rows, columns, pixels }: { readonly rows: number; readonly columns: number; readonly pixels: number },
): KernelLayout {
  // Up to eight columns are one block already.
  if (columns <= 8 || e.program.options.batchSize * pixels < MIN_PIXELS) {
    return { w, wStepBytes: 4 * columns, wBlockBytes: 32 };
  }
  const packed = e.floats("packed kernel", "global", rows * wholeBlocks(columns));
  for (const [first, last] of ranges(rows, Math.max(8, Math.floor(TASK_FLOATS / columns)))) {
    e.prepare("packKernel", { wp: packed, w, rows, columns, first, last });
  }
  return { w: packed, wStepBytes: 32, wBlockBytes: 32 * rows };
}

/** The transpose of a kernel [rows, columns], packed: what a dense layer's input gradient takes. */
export function emitPackedTranspose(e: Emitter, w: Buffer, rows: number, columns: number): KernelLayout {
  const packed = e.floats("transposed kernel", "global", columns * wholeBlocks(rows));
  for (const [first, last] of blockRanges(rows, columns)) {
    e.prepare("packTransposed", { wp: packed, w, rows, columns, first, last });
  }
  return { w: packed, wStepBytes: 32, wBlockBytes: 32 * columns };
}

/** `channels` rounded up to whole blocks of eight. */
export function wholeBlocks(channels: number): number {
  return 8 * Math.ceil(channels / 8);
}

/** Ranges of whole blocks of channels, with `floats` to a channel, for tasks of about equal work. */
export function blockRanges(channels: number, floats: number): [first: number, last: number][] {
  return ranges(wholeBlocks(channels), 8 * Math.max(1, Math.floor(TASK_FLOATS / floats / 8)));
}
