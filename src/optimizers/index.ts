import { Registry } from "../base/registry.js";
import { Adam, type AdamOptions } from "./adam.js";
import { learningRateOf, MAX_SCALARS, Optimizer, type UpdateOperands } from "./optimizer.js";
import { SGD, type SGDOptions } from "./sgd.js";

export { Adam, type AdamOptions, MAX_SCALARS, Optimizer, SGD, type SGDOptions, type UpdateOperands };

export const optimizers = new Registry<Optimizer>("optimizer", {
  SGD: (config) =>
    new SGD({
      learningRate: learningRateOf(config, 0.01),
      momentum: Number(config["momentum"] ?? 0),
      nesterov: config["nesterov"] === true,
    }),
  Adam: (config) =>
    new Adam({
      learningRate: learningRateOf(config, 0.001),
      beta1: Number(config["beta_1"] ?? 0.9),
      beta2: Number(config["beta_2"] ?? 0.999),
      epsilon: Number(config["epsilon"] ?? 1e-7),
    }),
});
