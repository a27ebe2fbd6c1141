import { checkOptions } from "../base/known-options.js";
import { abortSignal } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { INPUT } from "../compiler/graph.js";
import type { Trace } from "../model/trace.js";
import type { Samples } from "../training/samples.js";

/** The output of a layer for one image. */
export interface FeatureMap {
  readonly layer: string;
  readonly className: string;
  readonly shape: Shape;
  /** `[…shape]`. */
  readonly values: Float32Array;
  /** Whether the layer passed on the values that it received, as `Dropout`, `Flatten` and augmentation do in inference. */
  readonly unchanged: boolean;
}

/**
 * The output of every layer for one image, in the layers' order, as in inference: without dropout or augmentation.
 *
 * @param image one sample
 * @throws HeddleError when the image does not have the model's input shape
 *
 * @example
 * const maps = await featureMaps(trace, { images, count: 1, shape: [28, 28, 1] });
 * maps[1]!.shape; // [26, 26, 16], of conv2d
 */
export async function featureMaps(
  trace: Trace,
  image: Samples,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FeatureMap[]> {
  checkOptions("Feature maps", options, { signal: abortSignal });
  const { placed } = trace.model;
  const layers = placed.map(({ layer }) => layer.name);
  const { values } = await trace.run(image, { layers }, options);
  const outputOf = (place: number) =>
    place === INPUT ? image.images : values.get(placed[place]!.layer.name)!;
  return placed.map(({ layer, inputs, output }) => {
    const own = values.get(layer.name)!;
    return {
      layer: layer.name,
      className: layer.className,
      shape: output,
      values: own,
      unchanged: inputs.length === 1 && isSame(own, outputOf(inputs[0]!)),
    };
  });
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
