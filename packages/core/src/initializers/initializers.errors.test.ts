import { refuses } from "../base/refusals.testing.js";
import {
  ConstantInitializer,
  Identity,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
} from "./index.js";

refuses("initializers with wrong options", [
  [
    () => new ConstantInitializer(Number.NaN),
    "Constant: expected value to be a finite number, received NaN. Correct value.",
  ],
  [
    () => new Identity(Number.NaN),
    "Identity: expected gain to be a finite number, received NaN. Correct gain.",
  ],
  [
    () => new Orthogonal("1" as never),
    'Orthogonal: expected gain to be a finite number, received "1". Correct gain.',
  ],
  [
    () => new RandomNormal({ stddev: -1 }),
    "RandomNormal: expected stddev to be a number of at least 0, received -1. Correct stddev.",
  ],
  [
    () => new TruncatedNormal({ mean: Number.NaN }),
    "TruncatedNormal: expected mean to be a finite number, received NaN. Correct mean.",
  ],
  [
    () => new RandomUniform({ minval: 1, maxval: 0 }),
    "RandomUniform: expected maxval to be a number of at least 1, received 0. Correct maxval.",
  ],
  [
    () => new VarianceScaling({ scale: 0 }),
    "VarianceScaling: expected scale to be a number above 0, received 0. Correct scale.",
  ],
  [
    () => new VarianceScaling({ mode: "fan" as never }),
    'VarianceScaling: expected mode to be "fan_in", "fan_out" or "fan_avg", received "fan". Correct mode.',
  ],
]);
