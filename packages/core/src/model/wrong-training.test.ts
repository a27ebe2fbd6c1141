// Losses, metrics, optimizers and schedules: what cannot be is refused where it is made.
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Huber,
  SparseCategoricalCrossentropy,
} from "../losses/index.js";
import { AUC, F1Score, Precision, Recall, TopKCategoricalAccuracy } from "../metrics/index.js";
import { Adam, AdamW, Muon, RMSprop, SGD } from "../optimizers/index.js";
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
} from "../schedules/index.js";
import { refuses } from "./refusals.testing.js";

refuses("losses and metrics", [
  [
    () => new SparseCategoricalCrossentropy({ labelSmoothing: 2 }),
    "SparseCategoricalCrossentropy: expected labelSmoothing to be from 0 to 1, received 2. Correct labelSmoothing.",
  ],
  [
    () => new CategoricalCrossentropy({ labelSmoothing: -0.1 }),
    "CategoricalCrossentropy: expected labelSmoothing to be from 0 to 1, received -0.1. Correct labelSmoothing.",
  ],
  [
    () => new BinaryCrossentropy({ labelSmoothing: Number.NaN }),
    "BinaryCrossentropy: expected labelSmoothing to be from 0 to 1, received NaN. Correct labelSmoothing.",
  ],
  [() => new Huber({ delta: 0 }), "Huber: expected delta to be a number above 0, received 0. Correct delta."],
  [
    () => new TopKCategoricalAccuracy({ k: 0 }),
    "TopKCategoricalAccuracy: expected k to be a whole number of at least 1, received 0. Correct k.",
  ],
  [
    () => new AUC({ curve: "roc" as never }),
    'AUC: expected curve to be "ROC" or "PR", received "roc". Correct curve.',
  ],
  [
    () => new AUC({ numThresholds: 1 }),
    "AUC: expected numThresholds to be a whole number of at least 2, received 1. Correct numThresholds.",
  ],
  [
    () => new F1Score({ average: "mean" as never }),
    'F1Score: expected average to be one of macro, micro, weighted, received "mean". Correct average.',
  ],
  [
    () => new F1Score({ threshold: 2 }),
    "F1Score: expected threshold to be from 0 to 1, received 2. Correct threshold.",
  ],
  [
    () => new Precision({ threshold: -1 }),
    "Precision: expected threshold to be from 0 to 1, received -1. Correct threshold.",
  ],
  [
    () => new Recall({ threshold: Number.NaN }),
    "Recall: expected threshold to be from 0 to 1, received NaN. Correct threshold.",
  ],
]);

refuses("optimizers and schedules", [
  [
    () => new Adam({ learningRate: -1 }),
    "Optimizer: expected learningRate to be a number of at least 0 or a schedule, received -1. Correct learningRate.",
  ],
  [
    () => new Adam({ learningRate: "0.1" as never }),
    'Optimizer: expected learningRate to be a number of at least 0 or a schedule, received "0.1". Correct learningRate.',
  ],
  [
    () => new Adam({ beta1: 1 }),
    "Adam: expected beta1 to be a number of at least 0 and below 1, received 1. Correct beta1, or omit it.",
  ],
  [
    () => new Adam({ beta2: -0.1 }),
    "Adam: expected beta2 to be a number of at least 0 and below 1, received -0.1. Correct beta2, or omit it.",
  ],
  [
    () => new Adam({ epsilon: -1e-7 }),
    "Adam: expected epsilon to be a number of at least 0, received -1e-7. Correct epsilon, or omit it.",
  ],
  [
    () => new Adam({ weightDecay: -1 }),
    "Optimizer: expected weightDecay to be a number of at least 0, received -1. Correct weightDecay.",
  ],
  [
    () => new Adam({ clipnorm: 0 }),
    "Optimizer: expected clipnorm to be a number above 0, received 0. Correct clipnorm.",
  ],
  [
    () => new Adam({ clipnorm: 1, clipvalue: 1 }),
    "Optimizer: expected at most one of clipnorm, clipvalue and globalClipnorm, received clipnorm and clipvalue. Choose one.",
  ],
  [
    () => new AdamW({ beta1: Number.NaN }),
    "AdamW: expected beta1 to be a number of at least 0 and below 1, received NaN. Correct beta1, or omit it.",
  ],
  [
    () => new SGD({ momentum: 1.5 }),
    "SGD: expected momentum to be a number from 0 to 1, received 1.5. Correct momentum, or omit it.",
  ],
  [
    () => new SGD({ emaMomentum: 2 }),
    "Optimizer: expected emaMomentum to be a number from 0 to 1, received 2. Correct emaMomentum.",
  ],
  [
    () => new SGD({ emaOverwriteFrequency: 0.5 }),
    "Optimizer: expected emaOverwriteFrequency to be a whole number of at least 1, received 0.5. Correct emaOverwriteFrequency.",
  ],
  [
    () => new RMSprop({ rho: 2 }),
    "RMSprop: expected rho to be a number from 0 to 1, received 2. Correct rho, or omit it.",
  ],
  [
    () => new RMSprop({ momentum: -1 }),
    "RMSprop: expected momentum to be a number from 0 to 1, received -1. Correct momentum, or omit it.",
  ],
  [
    () => new RMSprop({ epsilon: Number.NaN }),
    "RMSprop: expected epsilon to be a number of at least 0, received NaN. Correct epsilon, or omit it.",
  ],
  [
    () => new Muon({ nsSteps: 0 }),
    "Muon: expected nsSteps to be a whole number of at least 1, received 0. Correct nsSteps.",
  ],
  [
    () => new Muon({ rmsRate: -1 }),
    "Muon: expected rmsRate to be a number of at least 0, received -1. Correct rmsRate, or omit it.",
  ],
  [
    () => new Muon({ muonA: Number.NaN }),
    "Muon: expected muonA to be a number that is finite, received NaN. Correct muonA, or omit it.",
  ],
  [
    () => new Muon({ excludeLayers: ["("] }),
    'Muon: expected excludeLayers to be regular expressions, received "(". Correct it: Invalid regular expression: /(/: Unterminated group.',
  ],
  [
    () => new Constant(-1),
    "Constant: expected learningRate to be a number of at least 0, received -1. Correct the schedule.",
  ],
  [
    () => new CosineDecay({ initialLearningRate: 0.1, decaySteps: 0 }),
    "CosineDecay: expected decaySteps to be a number above 0, received 0. Correct the schedule.",
  ],
  [
    () => new CosineDecay({ initialLearningRate: 0.1, decaySteps: 5, alpha: -1 }),
    "CosineDecay: expected alpha to be a number of at least 0, received -1. Correct the schedule.",
  ],
  [
    () => new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 5, tMul: 0.5 }),
    "CosineDecayRestarts: expected tMul to be a number of at least 1, received 0.5. Correct the schedule.",
  ],
  [
    () => new ExponentialDecay({ initialLearningRate: Number.NaN, decaySteps: 5, decayRate: 0.5 }),
    "ExponentialDecay: expected initialLearningRate to be a number of at least 0, received NaN. Correct the schedule.",
  ],
  [
    () => new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: -1 }),
    "InverseTimeDecay: expected decayRate to be a number of at least 0, received -1. Correct the schedule.",
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
    "PolynomialDecay: expected power to be a number above 0, received 0. Correct the schedule.",
  ],
  [
    () => new OneCycle(0),
    "OneCycle: expected peak to be a number above 0, received 0. Correct the schedule.",
  ],
  [
    () => new OneCycle(0.1, { warmup: 2 }),
    "OneCycle: expected warmup to be from 0 to 1, received 2. Correct the schedule.",
  ],
]);
