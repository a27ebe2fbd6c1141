/** WebAssembly's memory at its largest, in pages of 64 KiB. `tools/build-kernels.mjs` builds the kernels with it. */
export const MAXIMUM_PAGES = 32768;

/** The same in bytes: 2 GiB. */
export const MAXIMUM_MEMORY_BYTES = MAXIMUM_PAGES * 65536;
