import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  type Loss,
  SparseCategoricalCrossentropy,
} from "./cross-entropy.js";

export { CategoricalCrossentropy, type CrossentropyOptions, type Loss, SparseCategoricalCrossentropy };

const optionsOf = (config: JsonObject): CrossentropyOptions => ({
  fromLogits: config["from_logits"] === true,
  labelSmoothing: Number(config["label_smoothing"] ?? 0),
});

export const losses = new Registry<Loss>("loss", {
  SparseCategoricalCrossentropy: (config) => new SparseCategoricalCrossentropy(optionsOf(config)),
  CategoricalCrossentropy: (config) => new CategoricalCrossentropy(optionsOf(config)),
});
