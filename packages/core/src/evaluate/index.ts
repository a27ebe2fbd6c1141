export { type Accuracy, type Interval, wilsonInterval } from "./accuracy.js";
export { type Answers, answersOf, type Predictions } from "./answers.js";
export type { ClassAreas } from "./auc.js";
export type { Calibration, CalibrationScores, TemperatureScaling } from "./calibration.js";
export { type Chance, chanceOf } from "./chance.js";
export { type ConfidentLearning, confidentLearning, type LabelSuspect } from "./confident-learning.js";
export type { ConfusedPair, Confusion, ConfusionCell } from "./confusion.js";
export type { CoveragePoint } from "./coverage.js";
export {
  type ClassifierEvaluation,
  type EvaluateClassifierOptions,
  evaluateClassifier,
} from "./evaluate-classifier.js";
export { type McNemar, mcnemarTest } from "./mcnemar.js";
export type { ClassScores, MacroScores } from "./per-class.js";
export type { ReliabilityBin } from "./reliability.js";
export { fitTemperature, type Logits, logitsOf } from "./temperature.js";
export type { TopK } from "./top-k.js";
export type { TopLoss } from "./top-losses.js";
