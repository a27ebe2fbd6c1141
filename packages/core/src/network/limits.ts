/** More layers, and more inputs of a layer, than any real model has: a damaged file may list millions. */
export const MAXIMUM_LAYERS = 10_000;
