import { exponential, naturalLog } from "../base/math.js";
import type { Answers } from "./answers.js";
import { logProbability } from "./loss.js";

/** Logits as ln p, which differ from the model's logits by a constant for each row. */
export interface Logits {
  /** N. */
  readonly images: number;
  /** K. */
  readonly classes: number;
  /** `[N, K]`, the largest of each row 0. */
  readonly values: Float64Array;
  /** `[N]`: the true classes. */
  readonly labels: Int32Array;
}

/** Whether a temperature is an end of the range, where the best one is unknown. */
export function isAtBound(temperature: number): boolean {
  return temperature === TEMPERATURE_RANGE[0] || temperature === TEMPERATURE_RANGE[1];
}

/** Outside this range nothing can be fitted: all predictions are correct and certain, or no better than chance. */
const TEMPERATURE_RANGE = [0.05, 20] as const;

const STEPS = 60;
const PRECISION = 1e-10;

/** The logits of answers: of all, or only of those at `rows`. */
export function logitsOf(answers: Answers, rows?: readonly number[]): Logits {
  const { classes, probabilities, labels } = answers;
  const chosen = rows ?? [...labels.keys()];
  const values = new Float64Array(chosen.length * classes);
  chosen.forEach((image, at) => {
    const top = logProbability(probabilities[image * classes + answers.predicted[image]!]!);
    for (let k = 0; k < classes; k++) {
      values[at * classes + k] = logProbability(probabilities[image * classes + k]!) - top;
    }
  });
  return { images: chosen.length, classes, values, labels: Int32Array.from(chosen, (at) => labels[at]!) };
}

/**
 * The temperature T with which softmax(logits / T) fits the labels best: the lowest mean −ln p. That is convex in 1/T,
 * so Newton's method within a shrinking bracket finds the only minimum.
 *
 * Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (ICML 2017).
 *
 * @returns T within `TEMPERATURE_RANGE`
 */
export function fitTemperature(logits: Logits): number {
  const [coldest, hottest] = TEMPERATURE_RANGE;
  let low = 1 / hottest;
  let high = 1 / coldest;
  if (slopes(logits, low).first >= 0) return hottest;
  if (slopes(logits, high).first <= 0) return coldest;
  let inverse = 1;
  for (let step = 0; step < STEPS; step++) {
    const { first, second } = slopes(logits, inverse);
    if (first > 0) high = inverse;
    else low = inverse;
    const newton = inverse - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - inverse);
    inverse = next;
    if (moved <= PRECISION * inverse) break;
  }
  return 1 / inverse;
}

/** The first and second derivative of the mean −ln p with respect to the inverse temperature. */
function slopes({ images, classes, values, labels }: Logits, inverse: number) {
  let first = 0;
  let second = 0;
  for (let image = 0; image < images; image++) {
    const start = image * classes;
    let [sum, weighted, squares] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const value = values[start + k]!;
      const power = exponential(inverse * value);
      sum += power;
      weighted += power * value;
      squares += power * value * value;
    }
    const mean = weighted / sum;
    first += mean - values[start + labels[image]!]!;
    second += squares / sum - mean * mean;
  }
  return { first: first / images, second: second / images };
}

/** The confidence and the loss of each image at a temperature, `[N]` each. */
export function atTemperature(
  { images, classes, values, labels }: Logits,
  temperature: number,
): { readonly confidence: Float64Array; readonly losses: Float64Array } {
  const confidence = new Float64Array(images);
  const losses = new Float64Array(images);
  for (let image = 0; image < images; image++) {
    const start = image * classes;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += exponential(values[start + k]! / temperature);
    confidence[image] = 1 / sum;
    losses[image] = naturalLog(sum) - values[start + labels[image]!]! / temperature;
  }
  return { confidence, losses };
}
