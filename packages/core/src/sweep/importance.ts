import { exponential, naturalLog } from "../base/math.js";
import { logMass } from "./normal.js";
import type { CategoryParameter, Values } from "./parameter.js";
import { choiceProbabilities } from "./parzen.js";
import type { NamedParameter, SearchSpace } from "./space.js";
import { countOf, highest, type NumericParameter, stepOf, toScale } from "./values.js";

// How much each parameter matters for being among the best tenth: PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255), with
// conditional parameters as in arXiv 2601.20800, and with the grids and bandwidths of Optuna 5, whose default it is. A
// parameter matters as far as its values in the best tenth are distributed otherwise than in all trials.

/** One in so many trials is among the best. */
const BEST = 10;
/** A range is looked at in so many steps at most. */
const MOST_STEPS = 50;
/** So many trials must have a parameter. */
const LEAST_TRIALS = 2;
/** The least width of a kernel, in steps: 90% of it fall into one. */
const LEAST_WIDTH = 0.5 / 1.64;
const TINY = 1e-12;

/** A trial, as far as the importance of parameters needs it. */
export interface RankedTrial {
  readonly values: Values;
  /** Smaller is better; finite. */
  readonly loss: number;
}

/**
 * How important each parameter is, of all together 1. Where nothing tells them apart, each that a trial has is the same.
 *
 * @returns by parameter, in the order of the space
 */
export function parameterImportances(
  { parameters }: SearchSpace,
  trials: readonly RankedTrial[],
): Readonly<Record<string, number>> {
  const best = bestOf(trials);
  const raw = parameters.map((parameter): readonly [string, number] => [
    parameter.name,
    trials.length < 2 ? 0 : importanceOf(parameter, best, trials),
  ]);
  const sum = raw.reduce((total, [, value]) => total + value, 0);
  const used = raw.filter(([name]) => trials.some(({ values }) => values[name] !== undefined));
  const same = (name: string) => (used.some(([one]) => one === name) ? 1 / used.length : 0);
  return Object.fromEntries(raw.map(([name, value]) => [name, sum === 0 ? same(name) : value / sum]));
}

/** The best tenth, and those that equal its last. */
function bestOf(trials: readonly RankedTrial[]): readonly RankedTrial[] {
  const losses = trials.map(({ loss }) => loss).sort((a, b) => a - b);
  const limit = losses[Math.ceil(trials.length / BEST) - 1]!;
  return trials.filter(({ loss }) => loss <= limit);
}

function importanceOf(
  { name, parameter }: NamedParameter,
  best: readonly RankedTrial[],
  all: readonly RankedTrial[],
): number {
  const having = (trials: readonly RankedTrial[]) =>
    trials.filter(({ values }) => values[name] !== undefined).map(({ values }) => values[name]!);
  const [bestHaving, allHaving] = [having(best), having(all)];
  if (allHaving.length < LEAST_TRIALS || bestHaving.length === 0 || countOf(parameter) === 1) return 0;
  const densities =
    parameter.type === "category"
      ? (values: readonly Values[string][]) => choiceDensities(parameter, values)
      : (values: readonly Values[string][]) => stepDensities(parameter, values as readonly number[]);
  const [top, local] = [densities(bestHaving), densities(allHaving)];
  const divergence = local.reduce((sum, density, step) => sum + density * (top[step]! / density - 1) ** 2, 0);
  const share = best.length / all.length;
  return ((bestHaving.length / best.length) ** 2 / (allHaving.length / all.length)) * divergence * share ** 2;
}

/** The probability of each choice: a kernel for each choice that was seen, as heavy as it was often, and the prior. */
function choiceDensities(
  { choices }: CategoryParameter,
  values: readonly Values[string][],
): readonly number[] {
  const counts = choices.map((choice) => values.filter((value) => value === choice).length);
  const seen = counts.flatMap((count, choice) => (count > 0 ? [choice] : []));
  const kernels = [
    ...seen.map((choice) => ({ weight: counts[choice]!, choice })),
    { weight: 1, choice: undefined },
  ];
  const total = values.length + 1;
  const rows = kernels.map(({ choice }) => choiceProbabilities(choices.length, kernels.length, choice));
  return choices.map(
    (_, choice) =>
      kernels.reduce((sum, { weight }, kernel) => sum + (weight / total) * rows[kernel]![choice]!, 0) + TINY,
  );
}

/** The probability of each step of a range: normal kernels at the steps that were seen, truncated at the bounds. */
function stepDensities(parameter: NumericParameter, values: readonly number[]): readonly number[] {
  const steps = stepsOf(parameter);
  const [low, high] = [toScale(parameter, parameter.low), toScale(parameter, highest(parameter))];
  const width = (high - low) / (steps - 1);
  const counts = new Array<number>(steps).fill(0);
  for (const value of values) {
    const step = Math.ceil((toScale(parameter, value) - low) / width - 0.5);
    counts[Math.min(Math.max(step, 0), steps - 1)]!++;
  }
  const seen = counts.flatMap((count, step) => (count > 0 ? [step] : []));
  const spread = bandwidth(
    seen,
    seen.map((step) => counts[step]!),
  );
  const total = values.length + 1;
  const kernels = [
    ...seen.map((step) => ({ weight: counts[step]! / total, centre: step, width: spread })),
    { weight: 1 / total, centre: (steps - 1) / 2, width: steps },
  ];
  const mass = (from: number, to: number, kernel: { readonly centre: number; readonly width: number }) =>
    logMass((from - kernel.centre) / kernel.width, (to - kernel.centre) / kernel.width);
  const inside = kernels.map((kernel) => mass(-0.5, steps - 0.5, kernel));
  return counts.map((_, step) =>
    kernels.reduce(
      (sum, kernel, index) =>
        sum + kernel.weight * exponential(mass(step - 0.5, step + 0.5, kernel) - inside[index]!),
      TINY,
    ),
  );
}

/** In how many steps a range is looked at. */
function stepsOf(parameter: NumericParameter): number {
  const span = highest(parameter) - parameter.low;
  if (parameter.type === "integer" && parameter.log) {
    return Math.min(Math.ceil(naturalLog(span + 1) / naturalLog(2)) + 1, MOST_STEPS);
  }
  const step = stepOf(parameter);
  return step === 0 ? MOST_STEPS : Math.min(Math.round(span / step) + 1, MOST_STEPS);
}

/** Scott's rule, for values that were seen `counts` times. */
function bandwidth(values: readonly number[], counts: readonly number[]): number {
  let total = 0;
  const upTo = counts.map((count) => {
    total += count;
    return total;
  });
  const mean = values.reduce((sum, value, index) => sum + value * counts[index]!, 0) / total;
  const squares = values.reduce((sum, value, index) => sum + (value - mean) ** 2 * counts[index]!, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const first = upTo.findIndex((count) => count >= Math.floor(total / 4));
  const after = upTo.findIndex((count) => count > Math.floor((total * 3) / 4));
  const third = after < 0 ? values.length - 1 : after;
  const quartiles = (values[third]! - values[first]!) / 1.34;
  const width = 1.059 * Math.min(quartiles, deviation) * exponential(-0.2 * naturalLog(total));
  return Math.max(width, LEAST_WIDTH);
}
