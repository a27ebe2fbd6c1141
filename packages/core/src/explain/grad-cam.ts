import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { abortSignal, text } from "../base/rules.js";
import { sizeOf } from "../base/shape.js";
import type { Trace } from "../model/trace.js";
import type { PlacedLayer } from "../network/build.js";
import { classCount } from "../network/class-probabilities.js";
import type { Network } from "../network/network.js";
import type { Samples } from "../training/samples.js";

/** Which places of a layer speak for a class, in units of its logit. */
export interface GradCam {
  readonly layer: string;
  /** The class that it explains. */
  readonly label: number;
  readonly height: number;
  readonly width: number;
  /** Grad-CAM, `[height, width]`, each at least 0; all 0 if nothing speaks for the class. */
  readonly values: Float32Array;
  /** HiResCAM `[height, width]`: the same with each place's own gradient instead of the mean. */
  readonly elementwise: Float32Array;
}

/** The last convolution, which Grad-CAM explains by default; undefined if there is none. */
export function lastConvolution({ placed }: Network): string | undefined {
  const convolves = ({ layer, output }: PlacedLayer) =>
    output.length === 3 && layer.weights.some(({ shape }) => shape.length === 4);
  return placed.findLast(convolves)?.layer.name;
}

/**
 * Grad-CAM: ReLU(Σ_k α_k A_k), A_k the channels of a layer and α_k the mean over the pixels of the gradient of a
 * class's logit (before the softmax) with respect to A_k.
 *
 * Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization" (ICCV 2017).
 *
 * Also HiResCAM: ReLU(Σ_k ∂y/∂A_k · A_k) place by place, which stays valid if a dense layer reads each place on its own,
 * so that the mean of their gradients says little. Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful
 * explanations of convolutional neural networks" (2020).
 *
 * @param labels the class to explain in each sample
 * @param options.layer a layer with an output `[H, W, C]`; the last convolution by default
 * @throws HeddleError when there is no such layer, its output is not an image, or the outputs do not depend on it
 *
 * @example
 * const [map] = await gradCam(trace, image, [9]);
 * map!.height; // 24, the last convolution's
 */
export async function gradCam(
  trace: Trace,
  samples: Samples,
  labels: readonly number[],
  options: { readonly layer?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<GradCam[]> {
  checkOptions("Grad-CAM", options, { layer: text, signal: abortSignal });
  const { model } = trace;
  const { layer = lastConvolution(model), signal } = options;
  if (layer === undefined) {
    throw new HeddleError({
      who: "Grad-CAM",
      expected: "a model with a convolution",
      received: `"${model.name}", which has none`,
      next: "Set `layer` to one with an output [height, width, channels], or use occlusion.",
    });
  }
  const [height, width, channels] = checkedShape(model, layer);
  const units = sizeOf(model.outputShape);
  const classes = classCount(model);
  const outputs = new Float32Array(samples.count * units);
  labels.forEach((label, index) => {
    if (!(label >= 0 && label < classes)) {
      throw new HeddleError({
        who: "Grad-CAM",
        expected: `a class from 0 to ${classes - 1}`,
        received: String(label),
        next: "Pass a class that the model has an output for.",
      });
    }
    // A single output speaks for class 1, and equally against class 0.
    if (units === 1) outputs[index] = label === 1 ? 1 : -1;
    else outputs[index * units + label] = 1;
  });
  const traced = await trace.run(samples, { layers: [layer], gradient: { layer, outputs } }, { signal });
  const size = height * width * channels;
  return labels.map((label, index) => {
    const part = (all: Float32Array) => all.subarray(index * size, (index + 1) * size);
    const [activations, gradients] = [part(traced.values.get(layer)!), part(traced.gradient!)];
    const values = positiveSums(activations, meanOverPixels(gradients, channels), channels);
    const elementwise = positiveSums(activations, (pixel, k) => gradients[pixel * channels + k]!, channels);
    return { layer, label, height, width, values, elementwise };
  });
}

/** The weight of a channel at a place. */
type ChannelWeight = (pixel: number, channel: number) => number;

function meanOverPixels(gradients: Float32Array, channels: number): ChannelWeight {
  const pixels = gradients.length / channels;
  const alphas = new Float64Array(channels);
  gradients.forEach((gradient, index) => {
    alphas[index % channels]! += gradient / pixels;
  });
  return (_, channel) => alphas[channel]!;
}

/** ReLU(Σ_k weight_k · activation_k) at each place. */
function positiveSums(activations: Float32Array, weight: ChannelWeight, channels: number): Float32Array {
  return Float32Array.from({ length: activations.length / channels }, (_, pixel) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weight(pixel, k) * activations[pixel * channels + k]!;
    return Math.max(0, sum);
  });
}

function checkedShape(model: Network, name: string): readonly [number, number, number] {
  model.getLayer(name);
  const { output } = model.placed.find(({ layer }) => layer.name === name)!;
  if (output.length === 3) return output as unknown as readonly [number, number, number];
  throw new HeddleError({
    who: "Grad-CAM",
    expected: "a layer with an output [height, width, channels]",
    received: `"${name}", whose output is [${output.join(", ")}]`,
    next: "Choose an earlier layer: a convolution or a pooling.",
  });
}
