import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
import { Adam } from "./adam.js";
import { AdamW } from "./adamw.js";
import { optimizerKeys } from "./ignored-keys.js";
import { Muon } from "./muon.js";
import type { Optimizer } from "./optimizer.js";
import { RMSprop } from "./rmsprop.js";
import { SGD } from "./sgd.js";

export { Adam, type AdamOptions } from "./adam.js";
export { AdamW } from "./adamw.js";
export { Muon, type MuonOptions } from "./muon.js";
export {
  MAX_SCALARS,
  Optimizer,
  type OptimizerOptions,
  type UpdateOperands,
  type WeightDescription,
} from "./optimizer.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export { SGD, type SGDOptions } from "./sgd.js";

const optimizerClasses = { SGD, Adam, AdamW, RMSprop, Muon };

/** @inline */
type OptimizerNames = Spelling<keyof typeof optimizerClasses>;

/** An optimizer by its name, with Keras's defaults: `"adam"`, `"adamW"`, `"SGD"`. */
export type OptimizerName = OptimizerNames | "adamw";

/** The optimizers by Keras's names. */
export const optimizers = new Registry<Optimizer>("optimizer", optimizerClasses, optimizerKeys);
