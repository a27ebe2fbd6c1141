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
  Rescaling,
  type RescalingOptions,
};

/** The layers by Keras's names, each from its Keras configuration. */
export const layers = new Registry<Layer>("layer", {
  Activation: (config) =>
    new Activation(activationOf("Activation", textOf(config, "activation")), named(config)),
  Conv2D: (config) => {
    if ((config["groups"] ?? 1) !== 1) {
      throw new HeddleError({
        who: "Conv2D",
        expected: "groups to be 1",
        received: JSON.stringify(config["groups"]),
        next: "Grouped convolutions cannot be loaded yet.",
      });
    }
    return new Conv2D(Number(config["filters"]), sizeIn(config, "kernel_size") ?? Number.NaN, {
      ...named(config),
      ...kernelOptions("Conv2D", config),
      strides: sizeIn(config, "strides") ?? 1,
      dilationRate: sizeIn(config, "dilation_rate") ?? 1,
      padding: paddingOf("Conv2D", textOf(config, "padding") ?? "valid"),
    });
  },
  Dense: (config) =>
    new Dense(Number(config["units"]), { ...named(config), ...kernelOptions("Dense", config) }),
  Dropout: (config) => new Dropout(Number(config["rate"]), named(config)),
  Flatten: (config) => new Flatten(named(config)),
  MaxPooling2D: (config) =>
    new MaxPooling2D(sizeIn(config, "pool_size") ?? 2, {
      ...named(config),
      strides: sizeIn(config, "strides") ?? sizeIn(config, "pool_size") ?? 2,
      padding: paddingOf("MaxPooling2D", textOf(config, "padding") ?? "valid"),
    }),
  Rescaling: (config) =>
    new Rescaling(Number(config["scale"]), { ...named(config), offset: Number(config["offset"] ?? 0) }),
});

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
