import type { Shape } from "../base/shape.js";
import type { Trace } from "../model/trace.js";
import type { Samples } from "../training/samples.js";

/** The output of a layer for one image. */
export interface FeatureMap {
  readonly layer: string;
  readonly className: string;
  readonly shape: Shape;
  /** `[…shape]`. */
  readonly values: Float32Array;
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
  const { placed } = trace.model;
  const layers = placed.map(({ layer }) => layer.name);
  const { values } = await trace.run(image, { layers }, options);
  return placed.map(({ layer, output }) => ({
    layer: layer.name,
    className: layer.className,
    shape: output,
    values: values.get(layer.name)!,
  }));
}
