import type { Model } from "@heddle/core";
import { UnsupportedError } from "@heddle/core/internal/base/errors.js";

/** Activations that Keras has only with an argument, which a configuration has no place for. */
const WITHOUT_NAME = ["gelu_tanh"];

/**
 * Refuses what Keras cannot read, and warns of what it computes in another way.
 *
 * @throws HeddleError that names all layers that Keras cannot read
 */
export function checkForKeras(model: Model, warn: (message: string) => void): void {
  const refused = model.layers.flatMap((layer) => {
    const { activation } = layer.getConfig();
    return WITHOUT_NAME.includes(String(activation))
      ? [`${layer.who} with the activation ${activation}`]
      : [];
  });
  if (refused.length > 0) {
    throw new UnsupportedError(
      {
        who: `Model "${model.name}"`,
        expected: "layers that Keras reads",
        received: refused.join(", "),
        next: "Use gelu, or export as ONNX.",
      },
      refused,
    );
  }
  for (const layer of model.layers) {
    if (layer.className !== "RandomCrop") continue;
    warn(`${layer.who}: outside of training Keras crops nothing, and Heddle the middle: answers differ.`);
  }
}
