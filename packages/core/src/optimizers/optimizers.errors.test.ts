import { refuses } from "../base/refusals.testing.js";
import { Adam, AdamW, Muon, RMSprop, SGD } from "./index.js";

refuses("optimizers with wrong options", [
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
    "Adam: expected beta1 to be a number of at least 0 and below 1, received 1. Correct beta1.",
  ],
  [
    () => new Adam({ beta2: -0.1 }),
    "Adam: expected beta2 to be a number of at least 0 and below 1, received -0.1. Correct beta2.",
  ],
  [
    () => new Adam({ epsilon: -1e-7 }),
    "Adam: expected epsilon to be a number of at least 0, received -1e-7. Correct epsilon.",
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
    "AdamW: expected beta1 to be a number of at least 0 and below 1, received NaN. Correct beta1.",
  ],
  [
    () => new SGD({ momentum: 1.5 }),
    "SGD: expected momentum to be a number from 0 to 1, received 1.5. Correct momentum.",
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
    "RMSprop: expected rho to be a number from 0 to 1, received 2. Correct rho.",
  ],
  [
    () => new RMSprop({ momentum: -1 }),
    "RMSprop: expected momentum to be a number from 0 to 1, received -1. Correct momentum.",
  ],
  [
    () => new RMSprop({ epsilon: Number.NaN }),
    "RMSprop: expected epsilon to be a number of at least 0, received NaN. Correct epsilon.",
  ],
  [
    () => new Muon({ nsSteps: 0 }),
    "Muon: expected nsSteps to be a whole number of at least 1, received 0. Correct nsSteps.",
  ],
  [
    () => new Muon({ rmsRate: -1 }),
    "Muon: expected rmsRate to be a number of at least 0 or null, received -1. Correct rmsRate.",
  ],
  [
    () => new Muon({ muonA: Number.NaN }),
    "Muon: expected muonA to be a finite number, received NaN. Correct muonA.",
  ],
  [
    () => new Muon({ excludeLayers: ["("] }),
    'Muon: expected excludeLayers to be regular expressions, received "(". Correct it: Invalid regular expression: /(/: Unterminated group.',
  ],
]);
