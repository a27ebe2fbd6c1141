/** What a standalone model with kernels does: calls of WebAssembly, as plain data. */
export interface KernelProgram {
  /** Of memory, 64 KiB each. */
  readonly pages: number;
  /** How many images a run takes at most. */
  readonly images: number;
  /** Where each weight begins, in bytes, as f32. */
  readonly weights: readonly number[];
  /** How many values an image has, and its outputs. */
  readonly inputs: number;
  readonly outputs: number;
  /** Where a run's images begin, and its outputs, in bytes; as f32. */
  readonly input: number;
  readonly output: number;
  /** Whether images are bytes. */
  readonly bytes?: true;
  /** Done once, when the weights are in place. */
  readonly prepare: readonly KernelCall[];
  /** Done for every run. */
  readonly run: readonly KernelCall[];
}

/** A kernel's name and its arguments: null is the number of images, a text is a number that JSON does not have. */
export type KernelCall = readonly [kernel: string, ...args: (number | string | null)[]];
