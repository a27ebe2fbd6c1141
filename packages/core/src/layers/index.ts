import { HeddleError } from "../base/errors.js";
import type { Json, JsonObject } from "../base/json.js";
import { camelCased } from "../base/known-options.js";
import { Registry } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import { type Regularizer, regularizers } from "../regularizers/index.js";
import { Activation } from "./activation.js";
import { type ActivationName, type ActivationOption, activationIn } from "./activation-names.js";
import { ActivityRegularization } from "./activity-regularization.js";
import { Add } from "./add.js";
import { type AffineLayerOptions, affineOptions } from "./affine-layer.js";
import { AveragePooling2D } from "./average-pooling2d.js";
import { BatchNormalization, type BatchNormalizationOptions } from "./batch-normalization.js";
import { CenterCrop } from "./center-crop.js";
import { Concatenate, type ConcatenateOptions } from "./concatenate.js";
import type { ConvWindowOptions } from "./conv-window.js";
import { Conv2D, type Conv2DOptions } from "./conv2d.js";
import { Dense, type DenseOptions } from "./dense.js";
import { DepthwiseConv2D, type DepthwiseConv2DOptions } from "./depthwise-conv2d.js";
import { Dropout } from "./dropout.js";
import { Flatten } from "./flatten.js";
import { GlobalAveragePooling2D } from "./global-average-pooling2d.js";
import { GlobalMaxPooling2D } from "./global-max-pooling2d.js";
import type { GlobalPooling2DOptions } from "./global-pooling2d.js";
import { input } from "./input.js";
import { Layer, type LayerOptions, Tensor } from "./layer.js";
import { LayerNormalization, type LayerNormalizationOptions } from "./layer-normalization.js";
import { MaxPooling2D } from "./max-pooling2d.js";
import { MergeLayer } from "./merge-layer.js";
import { Multiply } from "./multiply.js";
import { Normalization, type NormalizationOptions } from "./normalization.js";
import { kernelOptions, kernelOptionsNamed, paddingOf, type Size2D } from "./options.js";
import type { Pooling2DOptions } from "./pooling2d.js";
import type { RandomAffineLayerOptions } from "./random-affine-layer.js";
import { RandomContrast, type RandomContrastOptions } from "./random-contrast.js";
import { RandomCrop } from "./random-crop.js";
import { RandomErasing, type RandomErasingOptions } from "./random-erasing.js";
import { type FlipMode, RandomFlip } from "./random-flip.js";
import { RandomRotation } from "./random-rotation.js";
import { RandomTranslation } from "./random-translation.js";
import { RandomZoom, type RandomZoomOptions } from "./random-zoom.js";
import type { Range } from "./range.js";
import { Rescaling, type RescalingOptions } from "./rescaling.js";
import { Reshape } from "./reshape.js";
import { Resizing, type ResizingOptions } from "./resizing.js";
import { SeparableConv2D, type SeparableConv2DOptions } from "./separable-conv2d.js";
import { SpatialDropout2D } from "./spatial-dropout2d.js";
import { UpSampling2D, type UpSampling2DOptions } from "./up-sampling2d.js";
import type { WeightValues } from "./weight-values.js";
import { type AxisPadding, ZeroPadding2D } from "./zero-padding2d.js";

export {
  Activation,
  type ActivationName,
  type ActivationOption,
  ActivityRegularization,
  Add,
  type AffineLayerOptions,
  AveragePooling2D,
  type AxisPadding,
  BatchNormalization,
  type BatchNormalizationOptions,
  CenterCrop,
  Concatenate,
  type ConcatenateOptions,
  Conv2D,
  type Conv2DOptions,
  Dense,
  type DenseOptions,
  DepthwiseConv2D,
  type DepthwiseConv2DOptions,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  type GlobalPooling2DOptions,
  input,
  Layer,
  LayerNormalization,
  type LayerNormalizationOptions,
  type LayerOptions,
  MaxPooling2D,
  MergeLayer,
  Multiply,
  Normalization,
  type NormalizationOptions,
  type Pooling2DOptions,
  type RandomAffineLayerOptions,
  RandomContrast,
  type RandomContrastOptions,
  RandomCrop,
  RandomErasing,
  type RandomErasingOptions,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  type RandomZoomOptions,
  Rescaling,
  type RescalingOptions,
  Reshape,
  Resizing,
  type ResizingOptions,
  SeparableConv2D,
  type SeparableConv2DOptions,
  SpatialDropout2D,
  Tensor,
  UpSampling2D,
  type UpSampling2DOptions,
  type WeightValues,
  ZeroPadding2D,
};

/** The same for layers that normalize, then multiply by γ and add β. */
const AFFINE_LAYER_DEFAULTS = { beta_constraint: null, gamma_constraint: null };

/** Options that the layers with a random affine map share. */
const AFFINE_OPTIONS = ["fill_mode", "interpolation", "fill_value"];

/** The layers by Keras's names, each from its Keras configuration. */
export const layers = new Registry<Layer>("layer", {
  Activation: (config) => new Activation(activationIn("Activation", config), named(config)),
  ActivityRegularization: (config) =>
    new ActivityRegularization(optionsIn({ ...config, activity_regularizer: null }, "l1", "l2")),
  Add: (config) => new Add(named(config)),
  Concatenate: (config) => new Concatenate({ ...named(config), axis: Number(config["axis"] ?? -1) }),
  Multiply: (config) => new Multiply(named(config)),
  AveragePooling2D: (config) =>
    new AveragePooling2D(sizeIn(config, "pool_size"), poolingIn("AveragePooling2D", config)),
  BatchNormalization: (config) => {
    const unlike = { axis: -1, synchronized: false, renorm: false };
    refuseOthers("BatchNormalization", config, { ...AFFINE_LAYER_DEFAULTS, ...unlike });
    const moving = ["moving_mean_initializer", "moving_variance_initializer"] as const;
    return new BatchNormalization({
      ...named(config),
      ...affineOptions("BatchNormalization", config, ...moving),
      momentum: Number(config["momentum"] ?? 0.99),
    });
  },
  LayerNormalization: (config) => {
    refuseOthers("LayerNormalization", config, { ...AFFINE_LAYER_DEFAULTS, rms_scaling: false });
    return new LayerNormalization({
      ...named(config),
      ...affineOptions("LayerNormalization", config),
      axis: (config["axis"] ?? -1) as number | number[],
    });
  },
  Conv2D: (config) => {
    refuseOthers("Conv2D", config, { data_format: "channels_last" });
    return new Conv2D(Number(config["filters"]), sizeIn(config, "kernel_size") ?? Number.NaN, {
      ...named(config),
      ...kernelOptions("Conv2D", config),
      ...convWindowIn("Conv2D", config),
      groups: Number(config["groups"] ?? 1),
    });
  },
  Dense: (config) => {
    return new Dense(Number(config["units"]), { ...named(config), ...kernelOptions("Dense", config) });
  },
  DepthwiseConv2D: (config) => {
    refuseOthers("DepthwiseConv2D", config, { data_format: "channels_last" });
    return new DepthwiseConv2D(sizeIn(config, "kernel_size") ?? Number.NaN, {
      ...named(config),
      ...kernelOptionsNamed("DepthwiseConv2D", config, rulesOf("depthwise", "bias")),
      ...convWindowIn("DepthwiseConv2D", config),
      depthMultiplier: Number(config["depth_multiplier"] ?? 1),
    });
  },
  SeparableConv2D: (config) => {
    refuseOthers("SeparableConv2D", config, { data_format: "channels_last" });
    return new SeparableConv2D(Number(config["filters"]), sizeIn(config, "kernel_size") ?? Number.NaN, {
      ...named(config),
      ...kernelOptionsNamed("SeparableConv2D", config, rulesOf("depthwise", "pointwise", "bias")),
      ...convWindowIn("SeparableConv2D", config),
      depthMultiplier: Number(config["depth_multiplier"] ?? 1),
    });
  },
  Dropout: (config) => new Dropout(Number(config["rate"]), named(config)),
  Flatten: (config) => {
    refuseOthers("Flatten", config, { data_format: "channels_last" });
    return new Flatten(named(config));
  },
  GlobalAveragePooling2D: (config) =>
    new GlobalAveragePooling2D(globalPoolingIn("GlobalAveragePooling2D", config)),
  GlobalMaxPooling2D: (config) => new GlobalMaxPooling2D(globalPoolingIn("GlobalMaxPooling2D", config)),
  MaxPooling2D: (config) => new MaxPooling2D(sizeIn(config, "pool_size"), poolingIn("MaxPooling2D", config)),
  CenterCrop: (config) => {
    refuseOthers("CenterCrop", config, { data_format: "channels_last" });
    return new CenterCrop(Number(config["height"]), Number(config["width"]), named(config));
  },
  Normalization: (config) => {
    refuseOthers("Normalization", config, { invert: false });
    return new Normalization({ ...optionsIn(config, "mean", "variance"), axis: lastAxis(config) });
  },
  RandomContrast: (config) => {
    refuseOthers("RandomContrast", config, { data_format: "channels_last" });
    return new RandomContrast(rangeIn(config, "factor"), optionsIn(config, "value_range"));
  },
  RandomCrop: (config) => {
    refuseOthers("RandomCrop", config, { data_format: "channels_last" });
    return new RandomCrop(Number(config["height"]), Number(config["width"]), named(config));
  },
  RandomRotation: (config) => {
    refuseOthers("RandomRotation", config, { data_format: "channels_last" });
    return new RandomRotation(rangeIn(config, "factor"), optionsIn(config, ...AFFINE_OPTIONS));
  },
  RandomTranslation: (config) => {
    refuseOthers("RandomTranslation", config, { data_format: "channels_last" });
    const [height, width] = [rangeIn(config, "height_factor"), rangeIn(config, "width_factor")];
    return new RandomTranslation(height, width, optionsIn(config, ...AFFINE_OPTIONS));
  },
  RandomZoom: (config) => {
    refuseOthers("RandomZoom", config, { data_format: "channels_last" });
    return new RandomZoom(
      rangeIn(config, "height_factor"),
      optionsIn(config, "width_factor", ...AFFINE_OPTIONS),
    );
  },
  Resizing: (config) => {
    refuseOthers("Resizing", config, {
      ...{ data_format: "channels_last", antialias: false, pad_to_aspect_ratio: false },
    });
    const options = optionsIn(config, "interpolation", "crop_to_aspect_ratio");
    return new Resizing(Number(config["height"]), Number(config["width"]), options);
  },
  RandomErasing: (config) => {
    refuseOthers("RandomErasing", config, { data_format: "channels_last" });
    return new RandomErasing(optionsIn(config, "factor", "scale", "fill_value", "value_range"));
  },
  RandomFlip: (config) => {
    refuseOthers("RandomFlip", config, { data_format: "channels_last" });
    return new RandomFlip((textOf(config, "mode") as FlipMode) ?? "horizontal_and_vertical", named(config));
  },
  Rescaling: (config) =>
    new Rescaling(Number(config["scale"]), { ...named(config), offset: Number(config["offset"] ?? 0) }),
  Reshape: (config) => new Reshape(config["target_shape"] as Shape, named(config)),
  SpatialDropout2D: (config) => {
    refuseOthers("SpatialDropout2D", config, { data_format: "channels_last" });
    return new SpatialDropout2D(Number(config["rate"]), named(config));
  },
  UpSampling2D: (config) => {
    refuseOthers("UpSampling2D", config, { data_format: "channels_last", interpolation: "nearest" });
    return new UpSampling2D(sizeIn(config, "size"), named(config));
  },
  ZeroPadding2D: (config) => {
    refuseOthers("ZeroPadding2D", config, { data_format: "channels_last" });
    const padding = (config["padding"] ?? undefined) as [AxisPadding, AxisPadding] | undefined;
    return new ZeroPadding2D(padding, named(config));
  },
});

/** Refuses what a configuration asks for beyond `defaults`: ignoring it would give another model than Keras's. */
function refuseOthers(who: string, config: JsonObject, defaults: JsonObject): void {
  for (const [name, value] of Object.entries(defaults)) {
    const given = config[name];
    if (given === undefined || given === null || given === value) continue;
    throw new HeddleError({
      who,
      expected: `${name} to be ${JSON.stringify(value)}`,
      received: JSON.stringify(given),
      next: "Heddle has nothing else there yet: change the model.",
    });
  }
}

function textOf(config: JsonObject, name: string): string | undefined {
  const value = config[name];
  return typeof value === "string" ? value : undefined;
}

function named(config: JsonObject): LayerOptions {
  const name = textOf(config, "name");
  const frozen = config["trainable"] === false;
  const activity = config["activity_regularizer"] ?? undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(frozen ? { trainable: false } : {}),
    ...(activity === undefined ? {} : { activityRegularizer: regularizerIn(name, activity) }),
  };
}

/** The activity regularizer of a configuration: Keras's object, or a name. */
function regularizerIn(layer: string | undefined, value: Json): Regularizer {
  const who = `${layer === undefined ? "Layer" : `Layer "${layer}"`}, activity_regularizer`;
  return typeof value === "string" ? regularizers.create(who, value) : regularizers.deserialize(who, value);
}

/** The names of the rules for weights, for kernelOptionsNamed. */
function rulesOf(...weights: string[]) {
  return weights.flatMap((weight) =>
    (["initializer", "regularizer", "constraint"] as const).map((rule) => `${weight}_${rule}` as const),
  );
}

/** How a convolution's window moves. */
function convWindowIn(who: string, config: JsonObject): ConvWindowOptions {
  return {
    strides: sizeIn(config, "strides") ?? 1,
    dilationRate: sizeIn(config, "dilation_rate") ?? 1,
    padding: paddingOf(who, textOf(config, "padding") ?? "valid"),
  };
}

/** What a pooling layer takes behind its window. */
function poolingIn(who: string, config: JsonObject): Pooling2DOptions {
  refuseOthers(who, config, { data_format: "channels_last" });
  const strides = sizeIn(config, "strides");
  const padding = paddingOf(who, textOf(config, "padding") ?? "valid");
  return { ...named(config), ...(strides === undefined ? {} : { strides }), padding };
}

function globalPoolingIn(who: string, config: JsonObject): GlobalPooling2DOptions {
  refuseOthers(who, config, { data_format: "channels_last" });
  return { ...named(config), keepdims: config["keepdims"] === true };
}

/** A size of a configuration; checked by the layer's constructor. */
function sizeIn(config: JsonObject, name: string): Size2D | undefined {
  const value = config[name];
  return value === undefined || value === null ? undefined : (value as Size2D);
}

/** The given options of a configuration and its name, camel-cased; checked by the layer's constructor. */
function optionsIn(config: JsonObject, ...names: string[]): LayerOptions {
  const given = names.filter((name) => config[name] !== undefined && config[name] !== null);
  return { ...named(config), ...Object.fromEntries(given.map((name) => [camelCased(name), config[name]])) };
}

/** What a random layer draws from; checked by its constructor. */
function rangeIn(config: JsonObject, name: string): number | Range {
  return (config[name] ?? Number.NaN) as unknown as number | Range;
}

/** The axes of a Normalization: the last one, or none. */
function lastAxis(config: JsonObject): -1 | null {
  const axis = config["axis"] === undefined ? -1 : config["axis"];
  const [only, ...others] = Array.isArray(axis) ? (axis as Json[]) : [axis];
  return others.length > 0 ? (axis as unknown as -1) : ((only ?? null) as -1 | null);
}
