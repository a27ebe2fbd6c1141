import type { Json } from "@heddle/core";
import { Inexpressible, type LayerWriter } from "./parts.js";

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
