import type { DifferenceLoss } from "./difference-loss.js";

interface ScalarFunction {
  value(difference: number, delta: number): number;
  slope(difference: number, delta: number): number;
}

/** The plain twins, in f64. */
export const differenceLossReference: Readonly<Record<DifferenceLoss, ScalarFunction>> = {
  squared: { value: (d) => d * d, slope: (d) => 2 * d },
  absolute: { value: Math.abs, slope: Math.sign },
  huber: {
    value: (d, delta) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * Math.abs(d) - 0.5 * delta * delta),
    slope: (d, delta) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
  },
};
