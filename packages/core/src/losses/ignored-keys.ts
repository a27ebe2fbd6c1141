import { anyFloats, anyName, checkerOf, type KerasKeys, only } from "../base/ignored-keys.js";

/** What Keras's losses have and Heddle's do not. */
export const lossKeys: KerasKeys = {
  every: {
    name: anyName,
    dtype: anyFloats,
    reduction: only("sum_over_batch_size", "auto"),
    axis: only(-1),
    ignore_class: only(null),
  },
};

export const checkedLoss = checkerOf("loss", lossKeys);
