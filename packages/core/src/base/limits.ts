/** WebAssembly's memory at its largest, in pages of 64 KiB. `tools/build-kernels.mjs` builds the kernels with it. */
export const MAXIMUM_PAGES = 32768;

/** The same in bytes: 2 GiB. */
export const MAXIMUM_MEMORY_BYTES = MAXIMUM_PAGES * 65536;

/** The largest file that is read whole: beyond it, Node and the engines of browsers differ in what they allocate. */
export const MAXIMUM_FILE_BYTES = 2 ** 31 - 1;

/** The largest text: a model's JSON, a recipe, a run's records, a report. */
export const MAXIMUM_TEXT_BYTES = 64 * 2 ** 20;

/** The largest file of weights: 2^27 parameters, the most that a model may have, and room for a header. */
export const MAXIMUM_WEIGHTS_BYTES = 2 ** 29 + 16 * 2 ** 20;
