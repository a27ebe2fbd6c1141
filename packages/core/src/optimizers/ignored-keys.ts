import { anyBoolean, anyName, checkerOf, type KerasKeys, only } from "../base/ignored-keys.js";

/** What Keras's optimizers have and Heddle's do not. */
export const optimizerKeys: KerasKeys = {
  every: {
    name: anyName,
    loss_scale_factor: only(null),
    gradient_accumulation_steps: only(null),
    // Of Keras 2: how it computes.
    jit_compile: anyBoolean,
    is_legacy_optimizer: anyBoolean,
  },
};

export const checkedOptimizer = checkerOf("optimizer", optimizerKeys);
