import type { Random } from "../base/random.js";
import type { Values } from "./parameter.js";
import { ParzenEstimator } from "./parzen.js";
import type { NamedParameter, SearchSpace } from "./space.js";
import { type Goal, lastReport, loss, type Trial } from "./study.js";

// The tree-structured Parzen estimator, with the rules of Optuna 5: parameters that every trial has are drawn together,
// and each conditional parameter on its own. Trials at work count among the worse ones, so that workers spread out.

/** How many trials count as the better ones: a tenth of those with a result, at most 25. */
const MOST_BETTER = 25;

/** Splits the trials into the better ones and the others, each by number. */
export function splitTrials(
  goal: Goal,
  trials: readonly Trial[],
): { readonly better: readonly Trial[]; readonly worse: readonly Trial[] } {
  const complete = trials.filter(({ state }) => state === "complete");
  const early = trials.filter(({ state }) => state === "stopped" || state === "paused");
  const ranked = [
    ...[...complete].sort((a, b) => compare(loss(goal, a.objectives![0]!), loss(goal, b.objectives![0]!))),
    ...[...early].sort((a, b) => compareEarly(goal, a, b)),
  ];
  const count = Math.min(Math.ceil(0.1 * ranked.length), MOST_BETTER);
  const better = new Set(ranked.slice(0, count));
  return {
    better: trials.filter((trial) => better.has(trial)),
    worse: trials.filter(
      (trial) => trial.state !== "failed" && trial.state !== "waiting" && !better.has(trial),
    ),
  };
}

/** How many trials have a result that the split can use. */
export function resultsIn(trials: readonly Trial[]): number {
  return trials.filter(({ state }) => state === "complete" || state === "stopped" || state === "paused")
    .length;
}

/** Those that went further first, then those with better reports; those without a report last. */
function compareEarly(goal: Goal, a: Trial, b: Trial): number {
  const [reportA, reportB] = [lastReport(a), lastReport(b)];
  const steps = (reportB?.step ?? -1) - (reportA?.step ?? -1);
  return steps !== 0 ? steps : compare(loss(goal, reportA?.value ?? 0), loss(goal, reportB?.value ?? 0));
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Returns a function that draws a trial's values, given those of the trials before. */
export function tpe(
  space: SearchSpace,
  goal: Goal,
  trials: readonly Trial[],
  candidates: number,
): (random: Random) => Values {
  const { better, worse } = splitTrials(goal, trials);
  const group = (parameters: readonly NamedParameter[]) => {
    const good = new ParzenEstimator(parameters, observations(parameters, better));
    const bad = new ParzenEstimator(parameters, observations(parameters, worse));
    return (random: Random) =>
      mostPromising(
        good,
        bad,
        Array.from({ length: candidates }, () => good.draw(random)),
      );
  };
  const drawCommon = group(space.parameters.filter(({ parameter }) => parameter.when === undefined));
  const conditional = space.parameters
    .filter(({ parameter }) => parameter.when !== undefined)
    .map((one) => ({ parameter: one.parameter, draw: group([one]) }));
  return (random) => {
    let values = drawCommon(random);
    for (const { parameter, draw } of conditional) {
      if (space.isActive(parameter, values)) values = { ...values, ...draw(random) };
    }
    return values;
  };
}

/** The candidate that is likeliest among the better trials, compared with how likely it is among the others. */
export function mostPromising(
  good: ParzenEstimator,
  bad: ParzenEstimator,
  candidates: readonly Values[],
): Values {
  let best = candidates[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const ratio = good.logDensity(candidate) - bad.logDensity(candidate);
    if (ratio > highest) [best, highest] = [candidate, ratio];
  }
  return best;
}

/** The values of the trials that have all of the parameters. */
function observations(parameters: readonly NamedParameter[], trials: readonly Trial[]): readonly Values[] {
  const all = trials.map(({ values }) => values);
  return all.filter((values) => parameters.every(({ name }) => values[name] !== undefined));
}
