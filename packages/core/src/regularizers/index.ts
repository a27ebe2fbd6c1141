import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
import { L1, L1L2, L2, type Regularizer } from "./l1l2.js";

export { L1, L1L2, L2, type Regularizer };

const regularizerClasses = { L1, L2, L1L2 };

/** @inline */
type RegularizerNames = Spelling<keyof typeof regularizerClasses>;

/** A regularizer by its name: `"l2"`, with its default factor. */
export type RegularizerName = RegularizerNames;

/** The regularizers by Keras's names. */
export const regularizers = new Registry<Regularizer>("regularizer", regularizerClasses);
