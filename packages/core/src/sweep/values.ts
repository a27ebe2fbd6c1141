import { exponential, naturalLog } from "../base/math.js";
import type { FloatParameter, IntegerParameter, Parameter, SweepValue } from "./parameter.js";

// From positions to values, and lists of values. The logarithm and the exponential are Heddle's own, so that a search
// finds the same values on every machine.

export type NumericParameter = FloatParameter | IntegerParameter;

/** The distance between two values; 0 where any number between the bounds is one. */
export function stepOf(parameter: NumericParameter): number {
  return parameter.type === "integer" ? (parameter.step ?? 1) : (parameter.step ?? 0);
}

/** How many values a parameter can have; infinite for floats without a step. */
export function countOf(parameter: Parameter): number {
  if (parameter.type === "category") return parameter.choices.length;
  if (parameter.low === parameter.high) return 1;
  const step = stepOf(parameter);
  return step === 0 ? Number.POSITIVE_INFINITY : stepsIn(parameter) + 1;
}

/** Whether a parameter can have a value. */
export function contains(parameter: Parameter, value: SweepValue): boolean {
  if (parameter.type === "category") return parameter.choices.includes(value);
  if (typeof value !== "number" || value < parameter.low || value > parameter.high) return false;
  const step = stepOf(parameter);
  return step === 0 || value === valueAt(parameter, Math.round((value - parameter.low) / step));
}

/** Value number `index`, from 0, of a parameter with a limited number of values. */
export function valueAt(parameter: Parameter, index: number): SweepValue {
  if (parameter.type === "category") return parameter.choices[index]!;
  return stepped(parameter, index);
}

/** The value at a position in [0, 1): equal parts for equally likely values. */
export function valueAtPosition(parameter: Parameter, position: number): SweepValue {
  const count = countOf(parameter);
  if (parameter.type !== "category" && (parameter.log || count === Number.POSITIVE_INFINITY)) {
    const [low, high] = boundsOf(parameter);
    return toValue(parameter, low + position * (high - low));
  }
  return valueAt(parameter, Math.min(Math.floor(position * count), count - 1));
}

/**
 * The bounds of a number on the scale on which it is searched: logarithms where `log` is true. Values with a step are
 * each the middle of a cell of that width.
 */
export function boundsOf(parameter: NumericParameter): readonly [low: number, high: number] {
  const half = stepOf(parameter) / 2;
  const [low, high] = [parameter.low - half, highest(parameter) + half];
  return parameter.log ? [naturalLog(low), naturalLog(high)] : [low, high];
}

/** A value on the scale on which it is searched. */
export function toScale(parameter: NumericParameter, value: number): number {
  return parameter.log ? naturalLog(value) : value;
}

/** The value for a number on the scale on which it is searched: the nearest that the parameter can have. */
export function toValue(parameter: NumericParameter, position: number): number {
  const value = parameter.log ? exponential(position) : position;
  const step = stepOf(parameter);
  if (step === 0) return Math.min(Math.max(value, parameter.low), parameter.high);
  const index = Math.round((value - parameter.low) / step);
  return stepped(parameter, Math.min(Math.max(index, 0), stepsIn(parameter)));
}

/**
 * `points` values spread evenly over a parameter, bounds included; all of them where there are fewer, or where it has a
 * step or choices.
 */
export function spread(parameter: Parameter, points: number): readonly SweepValue[] {
  const count = countOf(parameter);
  const all = parameter.type === "category" || !(parameter.log || count === Number.POSITIVE_INFINITY);
  if (all || count <= points) return Array.from({ length: count }, (_, index) => valueAt(parameter, index));
  const low = toScale(parameter, parameter.low);
  const high = toScale(parameter, parameter.high);
  const values = Array.from({ length: points }, (_, index) => {
    // The bounds themselves, which logarithms and exponentials would miss by a bit.
    if (index === 0) return parameter.low;
    if (index === points - 1) return parameter.high;
    return toValue(parameter, low + ((high - low) * index) / (points - 1));
  });
  return [...new Set(values)];
}

/** The highest value that can be reached from `low` in whole steps. */
export function highest(parameter: NumericParameter): number {
  return stepOf(parameter) === 0 ? parameter.high : stepped(parameter, stepsIn(parameter));
}

/** How many whole steps fit between the bounds, with room for the rounding of steps such as 0.1. */
function stepsIn(parameter: NumericParameter): number {
  return Math.floor((parameter.high - parameter.low) / stepOf(parameter) + 1e-9);
}

function stepped(parameter: NumericParameter, index: number): number {
  const value = parameter.low + index * stepOf(parameter);
  if (index === 0 || parameter.type === "integer") return value;
  // Without the digits that steps such as 0.1 leave: 0.3, not 0.30000000000000004.
  return Math.min(Number(value.toPrecision(15)), parameter.high);
}
