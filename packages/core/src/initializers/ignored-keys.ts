import { anySeed, checkerOf, type KerasKeys, only } from "../base/ignored-keys.js";

/** What Keras's initializers have and Heddle's do not. */
export const initializerKeys: KerasKeys = {
  every: { seed: anySeed, input_axes: only(null), output_axes: only(null) },
};

export const checkedInitializer = checkerOf("initializer", initializerKeys);
