import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
import { ConstantInitializer } from "./constant-initializer.js";
import { GlorotNormal } from "./glorot-normal.js";
import { GlorotUniform } from "./glorot-uniform.js";
import { HeNormal } from "./he-normal.js";
import { HeUniform } from "./he-uniform.js";
import { Identity } from "./identity.js";
import { initializerKeys } from "./ignored-keys.js";
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

const initializerClasses = {
  Zeros,
  Ones,
  Constant: ConstantInitializer,
  RandomUniform,
  RandomNormal,
  TruncatedNormal,
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  HeUniform,
  HeNormal,
  LecunUniform,
  LecunNormal,
  Orthogonal,
  Identity,
};

/** @inline */
type InitializerNames = Spelling<keyof typeof initializerClasses>;

/** An initializer by its name: `"heNormal"`, `"zeros"`. */
export type InitializerName = InitializerNames;

/** The initializers by Keras's names. */
export const initializers = new Registry<Initializer>("initializer", initializerClasses, initializerKeys);
