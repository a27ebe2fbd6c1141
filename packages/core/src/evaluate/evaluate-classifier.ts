import { checkOptions } from "../base/known-options.js";
import { anyObject, whole } from "../base/rules.js";
import { type Accuracy, accuracy, type Interval } from "./accuracy.js";
import { answersOf, type Predictions } from "./answers.js";
import { areasUnderRoc, type ClassAreas } from "./auc.js";
import { type Calibration, calibration } from "./calibration.js";
import { type ConfusedPair, type Confusion, confusion, mostConfusedPairs } from "./confusion.js";
import { type CoveragePoint, coverageCurve } from "./coverage.js";
import { lossOfEach, meanOf } from "./loss.js";
import { macroF1Interval } from "./macro-interval.js";
import { type ClassScores, type MacroScores, macroScores, scoresOfEach } from "./per-class.js";
import { type TopK, topKAccuracies } from "./top-k.js";
import { type TopLoss, topLosses } from "./top-losses.js";

/**
 * All figures of merit of a classifier on labelled images, as plain data that is ready for JSON. Shares are 0..1.
 * docs/evaluation.md explains each and names its source.
 */
export interface ClassifierEvaluation {
  /** How many images were evaluated. */
  readonly images: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  readonly accuracy: Accuracy;
  /** Mean −ln p of the true class: the cross-entropy, without label smoothing and penalties. */
  readonly loss: number;
  /** In the order of the labels. */
  readonly perClass: readonly ClassScores[];
  readonly macro: MacroScores & {
    /** Of the macro F1, at 95%; undefined in evaluations of earlier versions. */
    readonly f1Interval?: Interval | undefined;
  };
  readonly confusion: Confusion;
  /** The most confused pairs first. */
  readonly confusedPairs: readonly ConfusedPair[];
  /** The images with the largest losses, the largest first. */
  readonly topLosses: readonly TopLoss[];
  /** k = 1 … 5. */
  readonly topK: readonly TopK[];
  readonly calibration: Calibration;
  /** From the most confident predictions to all of them. */
  readonly coverage: readonly CoveragePoint[];
  /** Each class against the others. */
  readonly auc: ClassAreas;
}

/** Options of `evaluateClassifier`. */
export interface EvaluateClassifierOptions {
  /**
   * Predictions for images that are neither trained on nor evaluated here, to fit the temperature on.
   *
   * @defaultValue two folds of the evaluated images
   */
  readonly fitTemperatureOn?: Predictions;
  /**
   * How many of the largest losses to list.
   *
   * @defaultValue 25
   */
  readonly topLosses?: number;
  /**
   * How many confused pairs to list.
   *
   * @defaultValue 10
   */
  readonly confusedPairs?: number;
}

/**
 * Computes every figure of merit of a classifier from its probabilities. The results are the same on every machine, to
 * the last bit: sums are in f64, in the order of the images.
 *
 * @param predictions probabilities `[N, K]`, labels `[N]` and K class names
 * @throws HeddleError when their lengths do not match or the rows are not probabilities
 *
 * @example
 * const probabilities = await model.predict(test);
 * const { accuracy } = evaluateClassifier({ probabilities, labels: test.labels, classNames });
 * accuracy.interval; // { level: 0.95, low: 0.9221, high: 0.9323 }
 */
export function evaluateClassifier(
  predictions: Predictions,
  options: EvaluateClassifierOptions = {},
): ClassifierEvaluation {
  checkOptions("evaluateClassifier", options, {
    fitTemperatureOn: anyObject,
    topLosses: whole(0),
    confusedPairs: whole(0),
  });
  const answers = answersOf(predictions);
  const fitOn = options.fitTemperatureOn && answersOf(options.fitTemperatureOn);
  const losses = lossOfEach(answers);
  const confused = confusion(answers);
  const perClass = scoresOfEach(confused, answers.classNames);
  const { confusedPairs: limit = 10 } = options;
  return {
    images: answers.images,
    classNames: [...answers.classNames],
    accuracy: accuracy(answers),
    loss: meanOf(losses),
    perClass,
    macro: { ...macroScores(perClass), f1Interval: macroF1Interval(confused, perClass) },
    confusion: confused,
    confusedPairs: mostConfusedPairs(answers, confused, { limit }),
    topLosses: topLosses(answers, losses, options.topLosses ?? 25),
    topK: topKAccuracies(answers),
    calibration: calibration(answers, fitOn),
    coverage: coverageCurve(answers),
    auc: areasUnderRoc(answers),
  };
}
