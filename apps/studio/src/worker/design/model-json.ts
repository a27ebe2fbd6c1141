import type { JsonObject } from "@heddle/core/internal/base/json.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { LayerSpec } from "../protocol";

/** A chain of layers as Keras's JSON of a model. */
export function sequentialJson(specs: readonly LayerSpec[], input: Shape): JsonObject {
  const first = { class_name: "InputLayer", config: { batch_shape: [null, ...input] } };
  const rest = specs.map(({ className, config }) => ({ class_name: className, config }));
  return { class_name: "Sequential", config: { name: "sequential", layers: [first, ...rest] } };
}
