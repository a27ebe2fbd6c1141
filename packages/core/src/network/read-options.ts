import type { OptionRules } from "../base/known-options.js";
import { listOf, whole } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { MODEL_RULES, type ModelOptions } from "./network.js";

/** Options of a model that is read from JSON. */
export interface ReadOptions extends ModelOptions {
  /**
   * The shape of one sample, `[height, width, channels]`, for a model whose JSON does not know all sizes of its input, as
   * with Keras's `(None, None, 3)`.
   *
   * @defaultValue the shape in the JSON
   */
  readonly inputShape?: Shape;
}

export const READ_RULES: OptionRules<ReadOptions> = {
  ...MODEL_RULES,
  inputShape: listOf("whole numbers of at least 1", whole(1)),
};
