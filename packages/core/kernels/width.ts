// Which of two builds of the kernels this is.

/** True in the wide build, for an engine that merges two vectors into one of 256 bits. The build tool sets it. */
export const WIDE: bool = false;

/** The columns of the widest tile. */
export const TILE_COLUMNS: usize = WIDE ? 16 : 8;
