import type { Json } from "@heddle/core";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { Inexpressible, type LayerWriter, type Part, weightsOf } from "./parts.js";

/** Keras's smallest divisor. */
const EPSILON = 1e-7;

/**
 * Fixed statistics, for which TensorFlow.js has no layer: of everything as a `Rescaling`, of each channel as a frozen
 * `BatchNormalization`.
 */
export const normalization: LayerWriter = ({ layer, config, inputShapes: [input] }) => {
  const axes = [config["axis"] as number | readonly number[] | null].flat().filter((axis) => axis !== null);
  const rank = input!.length;
  if (config["invert"] === true) throw new Inexpressible("invert");
  if (axes.some((axis) => axis !== -1 && axis !== rank)) throw new Inexpressible("other axes than the last");
  const [mean, variance] = ["mean", "variance"].map((key, place) =>
    numbersIn(config[key], layer.weights[place]?.read()),
  ) as [Float32Array, Float32Array];
  if (mean.length === 1) {
    const deviation = Math.max(EPSILON, Math.sqrt(variance[0]!));
    return [{ className: "Rescaling", config: { scale: 1 / deviation, offset: -mean[0]! / deviation } }];
  }
  const weights = { moving_mean: mean, moving_variance: variance.map((one) => Math.max(EPSILON ** 2, one)) };
  return [
    {
      className: "BatchNormalization",
      config: { axis: -1, epsilon: 0, center: false, scale: false, trainable: false },
      weights: Object.entries(weights).map(([name, values]) => ({
        ...{ name, values, shape: [values.length], trained: false },
      })),
    },
  ];
};

function numbersIn(nested: Json | undefined, weight: Float32Array | undefined): Float32Array {
  if (nested === null || nested === undefined) return weight!;
  return Float32Array.from((Array.isArray(nested) ? nested.flat(9) : [nested]) as number[]);
}

/**
 * Groups of channels, for which TensorFlow.js has no layer: as rows of a `LayerNormalization`, then γ and β as a convolution
 * of one pixel and each channel by itself.
 */
export const groupNormalization: LayerWriter = ({ layer, config, inputShapes: [input] }) => {
  const shape = input!;
  const channels = shape.at(-1)!;
  const groups = config["groups"] === -1 ? channels : (config["groups"] as number);
  const [places, size] = [sizeOf(shape) / channels, channels / groups];
  const to = (...target: readonly number[]): Part => ({
    className: "Reshape",
    config: { target_shape: target },
  });
  const exchanged: Part = { className: "Permute", config: { dims: [2, 1, 3] } };
  const options = { axis: -1, epsilon: config["epsilon"]!, center: false, scale: false };
  const [gamma, beta] = ["gamma", "beta"].map((name) => weightsOf(layer).find((one) => one.name === name));
  const ones = { values: new Float32Array(channels).fill(1), trained: true };
  const image = shape.length === 3 ? shape : [1, places, channels];
  const kernel = { ...(gamma ?? ones), name: "depthwise_kernel", shape: [1, 1, channels, 1] };
  const convolution: Part = {
    className: "DepthwiseConv2D",
    config: { kernel_size: [1, 1], use_bias: beta !== undefined },
    weights: [kernel, ...(beta ? [{ ...beta, name: "bias" }] : [])],
  };
  return [
    ...[to(places, groups, size), exchanged, to(groups, places * size)],
    { className: "LayerNormalization", config: options },
    ...[to(groups, places, size), exchanged],
    ...(gamma || beta ? [to(...image), convolution] : [to(...shape)]),
    ...((gamma || beta) && image !== shape ? [to(...shape)] : []),
  ];
};
