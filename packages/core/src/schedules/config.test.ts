import { readsConfigsAsLoading } from "../base/from-config.testing.js";
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  schedules,
  Warmup,
} from "./index.js";

const decay = { initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 };

readsConfigsAsLoading(
  schedules,
  [
    new Constant(0.1),
    new CosineDecay({ initialLearningRate: 0.1, decaySteps: 5, warmupTarget: 0.2, warmupSteps: 2 }),
    new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 5 }),
    new ExponentialDecay(decay),
    new InverseTimeDecay({ ...decay, staircase: true }),
    new OneCycle(0.1, { warmup: 0.3 }),
    new PiecewiseConstantDecay([1, 2], [0.3, 0.2, 0.1]),
    new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 5, power: 2 }),
    new Warmup(new Constant(0.1), { steps: 3 }),
  ],
  { name: 5 },
);
