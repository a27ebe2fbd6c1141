import { booleanIn, numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";

/** Checks a label smoothing: from 0 to 1, 0 by default. */
export function labelSmoothingOf(who: string, value: number | undefined): number {
  const smoothing = value ?? 0;
  if (smoothing >= 0 && smoothing <= 1) return smoothing;
  throw new HeddleError({
    who,
    expected: "labelSmoothing to be from 0 to 1",
    received: String(value),
    next: "Correct labelSmoothing.",
  });
}

/** The options of a Keras configuration. */
export function crossentropyOptionsIn(config: JsonObject) {
  return {
    fromLogits: booleanIn(config, "from_logits", false),
    labelSmoothing: numberIn(config, "label_smoothing", 0),
  };
}
