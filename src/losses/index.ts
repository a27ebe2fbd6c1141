import { Registry } from "../base/registry.js";
import {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  type Loss,
  SparseCategoricalCrossentropy,
} from "./cross-entropy.js";

export { CategoricalCrossentropy, type CrossentropyOptions, type Loss, SparseCategoricalCrossentropy };

export const losses = new Registry<Loss>("loss", {
  SparseCategoricalCrossentropy: (config) =>
    new SparseCategoricalCrossentropy({ fromLogits: config["from_logits"] === true }),
  CategoricalCrossentropy: (config) =>
    new CategoricalCrossentropy({ fromLogits: config["from_logits"] === true }),
});
