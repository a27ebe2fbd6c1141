import type { JsonObject, Shape } from "@heddle/core";
import { windowOfAspect } from "@heddle/core/internal/ops/resize.js";
import {
  Inexpressible,
  type LayerWriter,
  type Part,
  type PartInput,
  type WrittenLayer,
  weightsOf,
} from "./parts.js";
import { groupNormalization, normalization } from "./write-normalization.js";

/** A layer that TensorFlow.js has under the same name, with the same options. */
const same: LayerWriter = ({ layer, config }) => [
  { className: layer.className, config, weights: weightsOf(layer) },
];

/** Activations by Keras's names that are others in TensorFlow.js. */
const ACTIVATIONS: Readonly<Record<string, string>> = { silu: "swish" };
const KNOWN = ["linear", "relu", "elu", "selu", "gelu", "swish", "sigmoid", "tanh", "softplus", "softmax"];

/** Activations that become layers, which read a value. */
const ACTIVATION_LAYERS: Readonly<Record<string, (value: PartInput, first: number) => readonly Part[]>> = {
  leaky_relu: (value) => [{ className: "LeakyReLU", config: { alpha: 0.2 }, inputs: [value] }],
  // x · min(max(x + 3, 0), 6) / 6
  hard_silu: (value, first) => [
    { className: "Rescaling", config: { scale: 1, offset: 3 }, inputs: [value] },
    { className: "ReLU", config: { max_value: 6 }, inputs: [{ part: first }] },
    { className: "Rescaling", config: { scale: 1 / 6, offset: 0 }, inputs: [{ part: first + 1 }] },
    { className: "Multiply", config: {}, inputs: [value, { part: first + 2 }] },
  ],
};

/** The name of an activation that layers can end in; undefined for one that is layers itself. */
function activationName(config: JsonObject): string | undefined {
  const name = String(config["activation"]);
  if (Object.hasOwn(ACTIVATION_LAYERS, name)) return undefined;
  const activation = ACTIVATIONS[name] ?? name;
  if (!KNOWN.includes(activation)) throw new Inexpressible(`the activation ${name}`);
  return activation;
}

/** A layer that ends in an activation. */
function activated(names: Readonly<Record<string, string>> = {}): LayerWriter {
  return ({ layer, config }) => {
    const activation = activationName(config);
    const { groups, ...rest } = config;
    if (groups !== undefined && groups !== 1) throw new Inexpressible(`${groups} groups`);
    const own = { ...rest, activation: activation ?? "linear" };
    const part = { className: layer.className, config: own, weights: weightsOf(layer, names) };
    return activation === undefined
      ? [part, ...ACTIVATION_LAYERS[String(config["activation"])]!({ part: 0 }, 1)]
      : [part];
  };
}

const activation: LayerWriter = ({ config }) => {
  const name = activationName(config);
  return name === undefined
    ? ACTIVATION_LAYERS[String(config["activation"])]!({ read: 0 }, 0)
    : [{ className: "Activation", config: { activation: name } }];
};

const reLU: LayerWriter = ({ config }) => {
  const { max_value: maximum, negative_slope: slope, threshold } = config;
  if (threshold === 0 && slope === 0) return [{ className: "ReLU", config: { max_value: maximum ?? null } }];
  if (maximum !== null || (threshold !== 0 && slope !== 0)) {
    throw new Inexpressible("a slope or a threshold and a maximum together");
  }
  if (threshold === 0) return [{ className: "LeakyReLU", config: { alpha: slope ?? 0 } }];
  return [{ className: "ThresholdedReLU", config: { theta: threshold ?? 0 } }];
};

const elu: LayerWriter = ({ config }) => {
  if (config["alpha"] !== 1) throw new Inexpressible(`alpha ${config["alpha"]}`);
  return [{ className: "ELU", config }];
};

/** Pooling of everything; where the sizes are kept, as a window of the image's size. */
function globalPooling(pooling: "MaxPooling2D" | "AveragePooling2D" | undefined): LayerWriter {
  return ({ layer, config: { keepdims, ...config }, inputShapes: [input] }) => {
    if (!keepdims) return [{ className: layer.className, config }];
    if (!pooling) throw new Inexpressible("keepdims");
    const size = input!.slice(0, 2);
    return [{ className: pooling, config: { pool_size: size, strides: size, padding: "valid" } }];
  };
}

/** a − b as a + (−1)·b, which is the same number. */
const subtract: LayerWriter = () => [
  { className: "Rescaling", config: { scale: -1, offset: 0 }, inputs: [{ read: 1 }] },
  { className: "Add", config: {}, inputs: [{ read: 0 }, { part: 0 }] },
];

/** A factor for each channel: a convolution of one pixel and each channel by itself. */
const layerScale: LayerWriter = ({ layer, inputShapes: [input] }) => {
  if (input!.length !== 3) throw new Inexpressible("inputs that are no images");
  const [gamma] = weightsOf(layer);
  return [
    {
      className: "DepthwiseConv2D",
      config: { kernel_size: [1, 1], use_bias: false },
      weights: [{ ...gamma!, name: "depthwise_kernel", shape: [1, 1, ...gamma!.shape, 1] }],
    },
  ];
};

/** The middle of an image, where it is as large as that. */
function cropped(
  { inputShapes: [input], output }: WrittenLayer,
  window: { top: number; left: number } & Size,
): Part[] {
  const [H, W] = input as Shape & readonly [number, number];
  const [P, Q] = output as Shape & readonly [number, number];
  const { top, left, height, width } = window;
  if (height !== P || width !== Q) throw new Inexpressible("images that it resizes");
  const cropping = [
    [top, H - top - P],
    [left, W - left - Q],
  ];
  return [{ className: "Cropping2D", config: { cropping } }];
}

interface Size {
  readonly height: number;
  readonly width: number;
}

const centerCrop: LayerWriter = (written) => {
  const { inputShapes, output } = written;
  const [H, W] = inputShapes[0] as Shape & readonly [number, number];
  const [height, width] = output as Shape & readonly [number, number];
  if (H < height || W < width) throw new Inexpressible("images that it resizes");
  const [top, left] = [Math.floor((H - height) / 2), Math.floor((W - width) / 2)];
  return cropped(written, { top, left, height, width });
};

/** Outside of training: the largest window in the middle with the output's proportions. */
const randomCrop: LayerWriter = (written) => {
  const [H, W] = written.inputShapes[0] as Shape & readonly [number, number];
  const [P, Q] = written.output as Shape & readonly [number, number];
  return cropped(written, windowOfAspect(H, W, P, Q));
};

const rescaling: LayerWriter = ({ layer, config }) => {
  if (typeof config["scale"] !== "number" || typeof config["offset"] !== "number") {
    throw new Inexpressible("a scale for each channel");
  }
  return [{ className: layer.className, config }];
};

const upSampling: LayerWriter = ({ layer, config }) => {
  if (config["interpolation"] !== "nearest")
    throw new Inexpressible(`${config["interpolation"]} interpolation`);
  return [{ className: layer.className, config: { ...config, data_format: "channels_last" } }];
};

/** Layers that pass their input on outside of training and that TensorFlow.js does not have. */
const leftOut: LayerWriter = () => [];

const LEFT_OUT = [
  ...["SpatialDropout2D", "ActivityRegularization", "StochasticDepth", "RandomFlip", "RandomRotation"],
  ...["RandomTranslation", "RandomZoom", "RandomContrast", "RandomErasing", "RandomBrightness"],
];

const SAME = [
  ...["Add", "Average", "Maximum", "Minimum", "Multiply", "Concatenate", "AveragePooling2D", "MaxPooling2D"],
  ...["BatchNormalization", "LayerNormalization", "Flatten", "Permute", "Reshape", "PReLU", "Softmax"],
  ...["ZeroPadding2D", "Cropping2D", "Dropout", "GaussianDropout", "GaussianNoise"],
];

/** How each layer is written. */
export const layerWriters: Readonly<Record<string, LayerWriter>> = {
  ...Object.fromEntries(SAME.map((name) => [name, same])),
  ...Object.fromEntries(LEFT_OUT.map((name) => [name, leftOut])),
  Activation: activation,
  CenterCrop: centerCrop,
  Conv2D: activated(),
  Dense: activated(),
  DepthwiseConv2D: activated({ kernel: "depthwise_kernel" }),
  ELU: elu,
  GlobalAveragePooling1D: globalPooling(undefined),
  GlobalAveragePooling2D: globalPooling("AveragePooling2D"),
  GroupNormalization: groupNormalization,
  GlobalMaxPooling1D: globalPooling(undefined),
  GlobalMaxPooling2D: globalPooling("MaxPooling2D"),
  LayerScale: layerScale,
  LeakyReLU: ({ config }) => [{ className: "LeakyReLU", config: { alpha: config["negative_slope"] ?? 0.3 } }],
  Normalization: normalization,
  RandomCrop: randomCrop,
  ReLU: reLU,
  Rescaling: rescaling,
  SeparableConv2D: activated(),
  Subtract: subtract,
  UpSampling2D: upSampling,
};
