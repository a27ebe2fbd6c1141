import { Registry } from "../base/registry.js";
import { L1, L1L2, L2, type Regularizer } from "./l1l2.js";

export { L1, L1L2, L2, type Regularizer };

/** The regularizers by Keras's names. */
export const regularizers = new Registry<Regularizer>("regularizer", { L1, L2, L1L2 });
