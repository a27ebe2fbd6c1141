import { booleanIn, numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { fromTo, trueOrFalse } from "../base/rules.js";

/** What the options of the cross-entropies must be. */
export const CROSSENTROPY_RULES = { fromLogits: trueOrFalse, labelSmoothing: fromTo(0, 1) };

/** The options of a Keras configuration. */
export function crossentropyOptionsIn(config: JsonObject) {
  return {
    fromLogits: booleanIn(config, "from_logits", false),
    labelSmoothing: numberIn(config, "label_smoothing", 0),
  };
}
