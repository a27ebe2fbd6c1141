import { Registry } from "../base/registry.js";
import { GlorotUniform } from "./glorot-uniform.js";
import { HeUniform } from "./he-uniform.js";
import type { Initializer } from "./initializer.js";
import { Zeros } from "./zeros.js";

export { GlorotUniform, HeUniform, type Initializer, Zeros };

export const initializers = new Registry<Initializer>("initializer", {
  Zeros: () => new Zeros(),
  GlorotUniform: () => new GlorotUniform(),
  HeUniform: () => new HeUniform(),
});
