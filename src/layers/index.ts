import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import { Activation } from "./activation.js";
import { Conv2D, type Conv2DOptions } from "./conv2d.js";
import { Dense, type DenseOptions } from "./dense.js";
import { Dropout } from "./dropout.js";
import { Flatten } from "./flatten.js";
import { Layer, type LayerOptions } from "./layer.js";
import { MaxPooling2D, type Pooling2DOptions } from "./max-pooling2d.js";
import { activationOf, kernelOptions, paddingOf, type Size2D } from "./options.js";
import { type FlipMode, RandomFlip } from "./random-flip.js";
import { Rescaling, type RescalingOptions } from "./rescaling.js";

export {
  Activation,
  Conv2D,
  type Conv2DOptions,
  Dense,
  type DenseOptions,
  Dropout,
  Flatten,
  Layer,
  type LayerOptions,
  MaxPooling2D,
  type Pooling2DOptions,
  RandomFlip,
  Rescaling,
  type RescalingOptions,
};

/** Options of Keras's layers with a kernel that Heddle has only at their defaults. */
const KERNEL_DEFAULTS = {
  trainable: true,
  bias_regularizer: null,
  activity_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
};

/** The layers by Keras's names, each from its Keras configuration. */
export const layers = new Registry<Layer>("layer", {
  Activation: (config) =>
    new Activation(activationOf("Activation", textOf(config, "activation")), named(config)),
  Conv2D: (config) => {
    refuseOthers("Conv2D", config, { ...KERNEL_DEFAULTS, groups: 1, data_format: "channels_last" });
    return new Conv2D(Number(config["filters"]), sizeIn(config, "kernel_size") ?? Number.NaN, {
      ...named(config),
      ...kernelOptions("Conv2D", config),
      strides: sizeIn(config, "strides") ?? 1,
      dilationRate: sizeIn(config, "dilation_rate") ?? 1,
      padding: paddingOf("Conv2D", textOf(config, "padding") ?? "valid"),
    });
  },
  Dense: (config) => {
    refuseOthers("Dense", config, KERNEL_DEFAULTS);
    return new Dense(Number(config["units"]), { ...named(config), ...kernelOptions("Dense", config) });
  },
  Dropout: (config) => new Dropout(Number(config["rate"]), named(config)),
  Flatten: (config) => {
    refuseOthers("Flatten", config, { data_format: "channels_last" });
    return new Flatten(named(config));
  },
  MaxPooling2D: (config) => {
    refuseOthers("MaxPooling2D", config, { data_format: "channels_last" });
    return new MaxPooling2D(sizeIn(config, "pool_size") ?? 2, {
      ...named(config),
      strides: sizeIn(config, "strides") ?? sizeIn(config, "pool_size") ?? 2,
      padding: paddingOf("MaxPooling2D", textOf(config, "padding") ?? "valid"),
    });
  },
  RandomFlip: (config) => {
    refuseOthers("RandomFlip", config, { data_format: "channels_last" });
    return new RandomFlip((textOf(config, "mode") as FlipMode) ?? "horizontal_and_vertical", named(config));
  },
  Rescaling: (config) =>
    new Rescaling(Number(config["scale"]), { ...named(config), offset: Number(config["offset"] ?? 0) }),
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
  return name === undefined ? {} : { name };
}

/** A size of a configuration; checked by the layer's constructor. */
function sizeIn(config: JsonObject, name: string): Size2D | undefined {
  const value = config[name];
  return value === undefined || value === null ? undefined : (value as Size2D);
}
