import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import { Adam, type AdamOptions } from "./adam.js";
import { AdamW } from "./adamw.js";
import { Muon, type MuonOptions } from "./muon.js";
import {
  MAX_SCALARS,
  numbersIn,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateOperands,
  type WeightDescription,
} from "./optimizer.js";
import { RMSprop, type RMSpropOptions } from "./rmsprop.js";
import { SGD, type SGDOptions } from "./sgd.js";

export {
  Adam,
  type AdamOptions,
  AdamW,
  MAX_SCALARS,
  Muon,
  type MuonOptions,
  Optimizer,
  type OptimizerOptions,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
  type UpdateOperands,
  type WeightDescription,
};

export const optimizers = new Registry<Optimizer>("optimizer", {
  SGD: (config) =>
    new SGD({
      ...optimizerOptions(config),
      ...numbersIn(config, { momentum: "momentum" }),
      nesterov: config["nesterov"] === true,
    }),
  Adam: (config) => new Adam(adamOptions(config)),
  AdamW: (config) => new AdamW(adamOptions(config)),
  RMSprop: (config) =>
    new RMSprop({
      ...optimizerOptions(config),
      ...numbersIn(config, { rho: "rho", momentum: "momentum", epsilon: "epsilon" }),
      centered: config["centered"] === true,
    }),
  Muon: (config) =>
    new Muon({
      ...optimizerOptions(config),
      ...numbersIn(config, {
        adamBeta1: "adam_beta_1",
        adamBeta2: "adam_beta_2",
        adamWeightDecay: "adam_weight_decay",
        epsilon: "epsilon",
        muonA: "muon_a",
        muonB: "muon_b",
        muonC: "muon_c",
        adamLrRatio: "adam_lr_ratio",
        momentum: "momentum",
        nsSteps: "ns_steps",
        rmsRate: "rms_rate",
      }),
      ...(config["rms_rate"] === null ? { rmsRate: null } : {}),
      ...(config["adam_weight_decay"] === null ? { adamWeightDecay: null } : {}),
      excludeLayers: Array.isArray(config["exclude_layers"]) ? config["exclude_layers"].map(String) : [],
      excludeEmbeddings: config["exclude_embeddings"] !== false,
      nesterov: config["nesterov"] !== false,
    }),
});

function adamOptions(config: JsonObject): AdamOptions {
  return {
    ...optimizerOptions(config),
    ...numbersIn(config, { beta1: "beta_1", beta2: "beta_2", epsilon: "epsilon" }),
    amsgrad: config["amsgrad"] === true,
  };
}
