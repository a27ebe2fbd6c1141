import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type FromConfig, Registry } from "../base/registry.js";
import { ConstantInitializer } from "./constant-initializer.js";
import { GlorotNormal } from "./glorot-normal.js";
import { GlorotUniform } from "./glorot-uniform.js";
import { HeNormal } from "./he-normal.js";
import { HeUniform } from "./he-uniform.js";
import { Identity } from "./identity.js";
import type { Initializer } from "./initializer.js";
import { LecunNormal, LecunUniform } from "./lecun.js";
import { Ones } from "./ones.js";
import { Orthogonal } from "./orthogonal.js";
import { type NormalOptions, RandomNormal, TruncatedNormal } from "./random-normal.js";
import { RandomUniform } from "./random-uniform.js";
import { VarianceScaling, type VarianceScalingOptions } from "./variance-scaling.js";
import { Zeros } from "./zeros.js";

export {
  ConstantInitializer,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  type Initializer,
  LecunNormal,
  LecunUniform,
  type NormalOptions,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  type VarianceScalingOptions,
  Zeros,
};

/** One that Keras draws with a seed of its own; here the model's seed decides. */
const scaled =
  (className: string, create: FromConfig<Initializer>): FromConfig<Initializer> =>
  (config) => {
    for (const name of ["input_axes", "output_axes"]) {
      if ((config[name] ?? null) === null) continue;
      throw new HeddleError({
        who: className,
        expected: `${name} to be null`,
        received: JSON.stringify(config[name]),
        next: "Heddle has nothing else there: change the initializer.",
      });
    }
    return create(config);
  };

export const initializers = new Registry<Initializer>("initializer", {
  Zeros: () => new Zeros(),
  Ones: () => new Ones(),
  Constant: (config) => new ConstantInitializer(numberIn(config, "value", 0)),
  RandomUniform: (config) =>
    new RandomUniform({
      minval: numberIn(config, "minval", -0.05),
      maxval: numberIn(config, "maxval", 0.05),
    }),
  RandomNormal: (config) => new RandomNormal(normalIn(config)),
  TruncatedNormal: (config) => new TruncatedNormal(normalIn(config)),
  VarianceScaling: scaled("VarianceScaling", (config) => {
    const { mode = "fan_in", distribution = "truncated_normal" } = config as VarianceScalingOptions;
    return new VarianceScaling({ scale: numberIn(config, "scale", 1), mode, distribution });
  }),
  GlorotUniform: scaled("GlorotUniform", () => new GlorotUniform()),
  GlorotNormal: scaled("GlorotNormal", () => new GlorotNormal()),
  HeUniform: scaled("HeUniform", () => new HeUniform()),
  HeNormal: scaled("HeNormal", () => new HeNormal()),
  LecunUniform: scaled("LecunUniform", () => new LecunUniform()),
  LecunNormal: scaled("LecunNormal", () => new LecunNormal()),
  Orthogonal: (config) => new Orthogonal(numberIn(config, "gain", 1)),
  Identity: (config) => new Identity(numberIn(config, "gain", 1)),
});

function numberIn(config: JsonObject, name: string, fallback: number): number {
  return Number(config[name] ?? fallback);
}

function normalIn(config: JsonObject): NormalOptions {
  return { mean: numberIn(config, "mean", 0), stddev: numberIn(config, "stddev", 0.05) };
}
