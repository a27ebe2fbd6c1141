import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";

/** An error about a model's JSON. */
export function fault(
  who: string,
  expected: string,
  received: unknown,
  next = "Pass the JSON of a sequential or functional Keras model, or one that Heddle saved.",
): HeddleError {
  return new HeddleError({ who, expected, received: shown(received), next });
}
