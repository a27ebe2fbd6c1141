import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import { BinaryCrossentropy, type BinaryCrossentropyOptions } from "./binary-crossentropy.js";
import {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  SparseCategoricalCrossentropy,
} from "./cross-entropy.js";
import { Huber } from "./huber.js";
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

const optionsOf = (config: JsonObject): CrossentropyOptions => ({
  fromLogits: config["from_logits"] === true,
  labelSmoothing: Number(config["label_smoothing"] ?? 0),
});

export const losses = new Registry<Loss>("loss", {
  SparseCategoricalCrossentropy: (config) => new SparseCategoricalCrossentropy(optionsOf(config)),
  CategoricalCrossentropy: (config) => new CategoricalCrossentropy(optionsOf(config)),
  BinaryCrossentropy: (config) => new BinaryCrossentropy(optionsOf(config)),
  MeanSquaredError: () => new MeanSquaredError(),
  MeanAbsoluteError: () => new MeanAbsoluteError(),
  Huber: (config) => new Huber({ delta: Number(config["delta"] ?? 1) }),
  mse: () => new MeanSquaredError(),
  mae: () => new MeanAbsoluteError(),
});
