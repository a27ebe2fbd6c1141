import { type KernelArguments, type KernelName, kernelTable } from "./kernel-table.js";

/** The functions of a kernel build, by name. */
export type Kernels = Readonly<Record<string, (...values: number[]) => unknown>>;

/** A kernel with arguments on which its inner loops and their ends all run. */
export interface TriedKernel {
  readonly name: KernelName;
  readonly values: readonly number[];
}

/** The memory that the tries need, in pages of 64 KiB. */
export const TRY_PAGES = 24;

/** The bytes of each operand's place. */
const PLACE = 65536;
const A = PLACE;
const B = 2 * PLACE;
const C = 3 * PLACE;
const ZEROS = 4 * PLACE;
/** Up to three results of up to 8 KiB. */
const OUT = 5 * PLACE;
const OUT_2 = OUT + 8192;
const OUT_3 = OUT + 16384;
const RESULT_WORDS = (3 * 8192) / 4;
/** Among the results, which hold 0.125 before a call: where only small ones are written. */
const EIGHTHS = OUT + 4096;
/** Room for what a kernel computes on the way. */
const SCRATCH = 7 * PLACE;
const ROOM_1 = 8 * PLACE;
const ROOM_2 = 12 * PLACE;
const ROOM_3 = 16 * PLACE;

const rows = { N: 2, count: 108 };
const image = { N: 1, H: 8, W: 8, K: 24, R: 3, S: 3, P: 6, Q: 6 };
const steps = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 };
const pooled = { N: 1, H: 10, W: 10, C: 12, K: 20, P: 4, Q: 4 };
const bordered = { borderedH: 10, borderedW: 10, borderH: 1, borderW: 1 };
const channels = { N: 1, rows: 9, C: 13 };
const pooling = {
  N: 1,
  H: 6,
  W: 6,
  C: 15,
  P: 3,
  Q: 3,
  poolH: 2,
  poolW: 2,
  strideH: 2,
  strideW: 2,
  top: 0,
  left: 0,
};
const draw = { threshold: 26214, scale: 1.25, seedLow: 1, seedHigh: 2, layer: 3, step: 4, firstSample: 0 };

/** What follows a convolution at once: a scale and a shift for each channel, and a value that is added. */
const finish = { scale: C + 1024, shift: C + 1536, other: A };

/** Per channel, for batch normalization. */
const statistics = { mean: C, scale: B + 256, shift: C + 512 };

/** The product of matrices by which the widths are compared: the largest share of what most models compute. */
export const productOfMatrices = tried(
  "denseForward",
  { y: OUT, x: A, w: B, wStepBytes: 32, wBlockBytes: 32 * 128, bias: C, scratch: SCRATCH },
  { N: 32, I: 128, O: 32, low: 0 },
);

/** Every kernel in which V8 merges vectors and which takes more than a few percent of some model's training. */
export const hotKernels: readonly TriedKernel[] = [
  productOfMatrices,
  tried(
    "conv2dForward",
    { y: OUT, x: A, w: B, wStepBytes: 4 * image.K, wBlockBytes: 32, bias: C, scratch: SCRATCH, ...finish },
    { ...image, C: 8, ...steps, low: 0 },
  ),
  tried("conv2dKernelGradient", { dw: OUT, x: A, dy: B, scratch: SCRATCH }, { ...image, C: 8, ...steps }),
  tried("conv2dForwardOneChannel", { y: OUT, x: A, w: B, bias: C, scratch: SCRATCH }, { ...image, low: 0 }),
  tried(
    "conv2dMaxPoolWinograd",
    { y: OUT, winner: OUT_2, x: A, u: B, bias: C, v: ROOM_1, m: ROOM_2, scratch: SCRATCH },
    { ...pooled, block: 4 },
  ),
  tried(
    "conv2dWinograd",
    { y: OUT, x: A, u: B, bias: C, v: ROOM_1, m: ROOM_2, scratch: SCRATCH, ...finish },
    { ...pooled, P: 8, Q: 8, block: 4, low: 0 },
  ),
  tried("winogradKernel", { u: OUT, w: A, scratch: SCRATCH }, { C: 2, K: 20, first: 0, last: 24 }),
  tried(
    "conv2dMaxPoolBackward",
    { dx: OUT, dwt: OUT_2, db: OUT_3, dy: A, y: B, winner: ZEROS, x: C, wt: A, lists: ROOM_1 },
    { ...pooled, C: 8, K: 16, R: 3, S: 3, scale: 1 },
  ),
  tried(
    "conv2dWinogradKernelGradient",
    { dw: OUT, x: A, dy: B, v: ROOM_1, d: ROOM_2, m: ROOM_3, scratch: SCRATCH },
    { N: 1, H: 10, W: 10, C: 12, K: 20, P: 8, Q: 8, ...bordered, block: 4 },
  ),
  tried(
    "denseKernelGradient",
    { dw: OUT, x: A, dy: B, scratch: SCRATCH, zeros: ZEROS, panels: ROOM_1 },
    { N: 16, I: 16, O: 24, first: 0, last: 16 },
  ),
  tried("narrowForward", { y: OUT, x: A, w: B, bias: C }, { N: 4, I: 70, O: 10, low: 0 }),
  tried(
    "narrowKernelGradient",
    { dw: OUT, x: A, dy: B, panel: ROOM_1 },
    { N: 4, I: 70, O: 10, first: 0, last: 70 },
  ),
  tried(
    "depthwiseForward",
    { y: OUT, x: A, w: B, bias: C, scratch: SCRATCH },
    { ...image, ...steps, low: 0 },
  ),
  tried("depthwiseKernelGradient", { dw: OUT, x: A, dy: B, scratch: SCRATCH }, { ...image, ...steps }),
  tried("batchMoments", { parts: OUT, x: A, scratch: SCRATCH }, channels),
  tried(
    "channelGradients",
    { parts: OUT, dy: A, x: B, ...statistics, scratch: SCRATCH },
    { ...channels, lowest: 0 },
  ),
  tried("scaleChannels", { y: OUT, x: A, scale: B, shift: C }, { ...channels, lowest: 0 }),
  tried(
    "scaleChannelsBackward",
    { dx: OUT, dy: A, x: B, ...statistics, slope: C, offset: B },
    { ...channels, lowest: 0 },
  ),
  tried("averagePoolForward", { y: OUT, x: A }, pooling),
  tried("maxPoolForward", { y: OUT, winner: OUT_2, x: A }, pooling),
  tried("adam", { w: OUT, g: A, m: OUT_2, v: OUT_3, scalars: EIGHTHS }, { count: 108 }),
  tried("sgdMomentum", { w: OUT, g: A, v: OUT_2, scalars: EIGHTHS }, { count: 108, nesterov: 1 }),
  tried("reluBiasGradient", { db: OUT, dy: OUT_2, y: A }, { N: 2, rows: 8, K: 28 }),
  tried("biasGradient", { db: OUT, dy: A }, { N: 2, rows: 8, K: 28 }),
  tried("sumShards", { g: OUT, parts: A }, { count: 108, shards: 4, strideBytes: 512 }),
  tried("rescaleBytes", { y: OUT, x: A }, { ...rows, scale: 1 / 255, offset: -0.5 }),
  tried("reluForward", { y: OUT, x: A }, rows),
  tried("rectifyBackward", { dx: OUT, dy: A, x: B }, { ...rows, slope: 0.25, threshold: 0, maximum: 1 }),
  tried("reluBackward", { dx: OUT, dy: A, y: B }, rows),
  tried("tanhForward", { y: OUT, x: A }, rows),
  tried("sigmoidForward", { y: OUT, x: A }, rows),
  tried("addTo", { y: OUT, x: A }, rows),
  tried("multiply", { y: OUT, a: A, b: B }, rows),
  tried("dropout", { y: OUT, x: A, scratch: SCRATCH }, { ...rows, ...draw }),
];

/** A kernel with the addresses of its operands and the rest of its arguments. */
function tried<K extends KernelName, Operands extends Partial<KernelArguments<K, number>>>(
  name: K,
  operands: Operands,
  sizes: Omit<KernelArguments<K, number>, keyof Operands>,
): TriedKernel {
  const values: Readonly<Record<string, number>> = { ...operands, ...sizes };
  return { name, values: kernelTable[name].map((parameter) => values[parameter]!) };
}

/** Fills the operands: numbers between −2 and 2 that are the same everywhere, and zeros. */
export function fillOperands(memory: WebAssembly.Memory): void {
  const floats = new Float32Array(memory.buffer, A, (ZEROS - A) / 4);
  // Knuth's multiplicative hash.
  for (let i = 0; i < floats.length; i++) floats[i] = (Math.imul(i + 1, 2654435761) >> 16) / 16384;
  new Uint8Array(memory.buffer, ZEROS, PLACE).fill(0);
}

/** Calls a kernel; returns a hash of all that it wrote as results. */
export function resultOf(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  { name, values }: TriedKernel,
): number {
  const results = new Int32Array(memory.buffer, OUT, RESULT_WORDS);
  // 0.125 as a float, for kernels that add to what is there.
  results.fill(0x3e000000);
  kernels[name]!(...values);
  // FNV-1a, by words.
  let hash = 0x811c9dc5;
  for (let i = 0; i < RESULT_WORDS; i++) hash = Math.imul(hash ^ results[i]!, 0x01000193);
  return hash;
}
