import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import { L1, L1L2, L2, type Regularizer } from "./l1l2.js";

export { L1, L1L2, L2, type Regularizer };

const factor = (config: JsonObject, name: string) => (name in config ? Number(config[name]) : undefined);

export const regularizers = new Registry<Regularizer>("regularizer", {
  L1: (config) => new L1(factor(config, "l1")),
  L2: (config) => new L2(factor(config, "l2")),
  L1L2: (config) => new L1L2({ l1: factor(config, "l1") ?? 0, l2: factor(config, "l2") ?? 0 }),
});
