import type { Layer, Shape, Weight } from "@heddle/core";

/** How a tensor becomes a weight. */
export interface TensorPlan {
  readonly weight: Weight;
  /** The name in the file. */
  readonly tensor: string;
  /** For each axis of the result, the axis of the tensor; undefined for the same order. */
  readonly transpose?: readonly number[];
  /** Only these rows of the first axis. */
  readonly rows?: readonly [from: number, to: number];
  /** The axis of the weight along which a flattened image lies. */
  readonly flattenedAxis?: number;
}

/** The modules that a mapping names for a layer: one, or several by what they are. */
export type Modules = string | Readonly<Record<string, string>>;

/** Kernels [O, I, R, S] as [R, S, I, O]. */
const KERNEL = [2, 3, 1, 0] as const;
/** Kernels [C·M, 1, R, S] as [R, S, C·M, 1], whose numbers are those of [R, S, C, M]. */
const DEPTHWISE = [2, 3, 0, 1] as const;
const MATRIX = [1, 0] as const;

/** Axes of a weight by its name within the layer. */
const PARAMETERS: Readonly<
  Record<string, Readonly<Record<string, readonly [string, (readonly number[])?]>>>
> = {
  Conv2D: { kernel: ["weight", KERNEL], bias: ["bias"] },
  DepthwiseConv2D: { kernel: ["weight", DEPTHWISE], bias: ["bias"] },
  Dense: { kernel: ["weight", MATRIX], bias: ["bias"] },
  BatchNormalization: {
    gamma: ["weight"],
    beta: ["bias"],
    moving_mean: ["running_mean"],
    moving_variance: ["running_var"],
  },
  GroupNormalization: { gamma: ["weight"], beta: ["bias"] },
  LayerNormalization: { gamma: ["weight"], beta: ["bias"] },
  PReLU: { alpha: ["weight"] },
  LayerScale: { gamma: [""] },
};

/** What PyTorch keeps of a module that no weight needs. */
export const COUNTERS = "num_batches_tracked";

/**
 * The tensors of PyTorch's modules that are a layer's weights; undefined for a layer whose modules are not known.
 *
 * @param flattened the image that a dense layer, or one after it, reads as a row of numbers
 */
export function torchPlans(
  layer: Layer,
  modules: Modules,
  flattened: Shape | undefined,
): readonly TensorPlan[] | undefined {
  const { className } = layer;
  const own = (weight: Weight) => weight.name.slice(layer.name.length + 1);
  if (typeof modules !== "string") {
    if (className !== "SeparableConv2D") return undefined;
    const { depthwise = "", pointwise = "" } = modules;
    return layer.weights.map((weight): TensorPlan => {
      const name = own(weight);
      if (name === "bias") return { weight, tensor: joined(pointwise, "bias") };
      return name === "depthwise_kernel"
        ? { weight, tensor: joined(depthwise, "weight"), transpose: DEPTHWISE }
        : { weight, tensor: joined(pointwise, "weight"), transpose: KERNEL };
    });
  }
  if (className === "MultiHeadAttention") return attention(layer, modules);
  const parameters = PARAMETERS[className];
  if (!parameters) return undefined;
  return layer.weights.map((weight): TensorPlan => {
    const [parameter, transpose] = parameters[own(weight)]!;
    const readsRows = flattened && (className !== "Dense" || own(weight) === "kernel");
    return {
      weight,
      tensor: joined(modules, parameter),
      ...(transpose && { transpose }),
      // The first axis of a kernel, and the only one of others.
      ...(readsRows && { flattenedAxis: 0 }),
    };
  });
}

/** `nn.MultiheadAttention` has the kernels of query, key and value below each other. */
function attention(layer: Layer, module: string): TensorPlan[] {
  const parts = ["query", "key", "value"];
  return layer.weights.map((weight): TensorPlan => {
    const [part = "", kind] = weight.name.slice(layer.name.length + 1).split("/");
    const isKernel = kind === "kernel";
    if (!parts.includes(part)) {
      const tensor = joined(module, isKernel ? "out_proj.weight" : "out_proj.bias");
      return { weight, tensor, ...(isKernel && { transpose: MATRIX }) };
    }
    const rows = (isKernel ? weight.shape.slice(1) : weight.shape).reduce(
      (product, size) => product * size,
      1,
    );
    const from = parts.indexOf(part) * rows;
    return {
      weight,
      tensor: joined(module, isKernel ? "in_proj_weight" : "in_proj_bias"),
      rows: [from, from + rows],
      ...(isKernel && { transpose: MATRIX }),
    };
  });
}

function joined(module: string, parameter: string): string {
  return [module, parameter].filter((part) => part !== "").join(".");
}
