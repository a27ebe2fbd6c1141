import { refuses } from "../base/refusals.testing.js";
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
} from "./index.js";

refuses("schedules with wrong options", [
  [
    () => new Constant(-1),
    "Constant: expected learningRate to be a number of at least 0, received -1. Correct learningRate.",
  ],
  [
    () => new CosineDecay({ initialLearningRate: 0.1, decaySteps: 0 }),
    "CosineDecay: expected decaySteps to be a number above 0, received 0. Correct decaySteps.",
  ],
  [
    () => new CosineDecay({ initialLearningRate: 0.1, decaySteps: 5, alpha: -1 }),
    "CosineDecay: expected alpha to be a number of at least 0, received -1. Correct alpha.",
  ],
  [
    () => new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 5, tMul: 0.5 }),
    "CosineDecayRestarts: expected tMul to be a number of at least 1, received 0.5. Correct tMul.",
  ],
  [
    () => new ExponentialDecay({ initialLearningRate: Number.NaN, decaySteps: 5, decayRate: 0.5 }),
    "ExponentialDecay: expected initialLearningRate to be a number of at least 0, received NaN. Correct initialLearningRate.",
  ],
  [
    () => new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: -1 }),
    "InverseTimeDecay: expected decayRate to be a number of at least 0, received -1. Correct decayRate.",
  ],
  [
    () => new PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
    "PiecewiseConstantDecay: expected 3 values for its boundaries, received 2. Correct the schedule.",
  ],
  [
    () => new PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3]),
    "PiecewiseConstantDecay: expected boundaries that rise, received [2,1]. Correct the schedule.",
  ],
  [
    () => new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 5, power: 0 }),
    "PolynomialDecay: expected power to be a number above 0, received 0. Correct power.",
  ],
  [() => new OneCycle(0), "OneCycle: expected peak to be a number above 0, received 0. Correct peak."],
  [
    () => new OneCycle(0.1, { warmup: 2 }),
    "OneCycle: expected warmup to be a number from 0 to 1, received 2. Correct warmup.",
  ],
]);
