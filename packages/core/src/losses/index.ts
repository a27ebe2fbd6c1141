import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
import { BinaryCrossentropy, type BinaryCrossentropyOptions } from "./binary-crossentropy.js";
import {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  SparseCategoricalCrossentropy,
} from "./cross-entropy.js";
import { Huber } from "./huber.js";
import { lossKeys } from "./ignored-keys.js";
import type { Loss, LossInputForm, Targets } from "./loss.js";
import { MeanAbsoluteError } from "./mean-absolute-error.js";
import { MeanSquaredError } from "./mean-squared-error.js";

export {
  BinaryCrossentropy,
  type BinaryCrossentropyOptions,
  CategoricalCrossentropy,
  type CrossentropyOptions,
  Huber,
  type Loss,
  type LossInputForm,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
  type Targets,
};

const lossClasses = {
  SparseCategoricalCrossentropy,
  CategoricalCrossentropy,
  BinaryCrossentropy,
  MeanSquaredError,
  MeanAbsoluteError,
  Huber,
  mse: MeanSquaredError,
  mae: MeanAbsoluteError,
};

/** @inline */
type LossNames = Spelling<keyof typeof lossClasses>;

/** A loss by its name: `"sparseCategoricalCrossentropy"`, `"mse"`. */
export type LossName = LossNames;

/** The losses by Keras's names. */
export const losses = new Registry<Loss>("loss", lossClasses, lossKeys);
