import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";

const WIDTH = 344;
const HEIGHT = 200;

/** A trial of a sweep, as its charts show it. */
export interface ShownTrial {
  readonly number: number;
  /** The objective, or of a trial that is not complete its last report; finite. */
  readonly value: number;
  readonly isComplete: boolean;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the values of a sweep's objective are. */
export interface ShownObjective {
  /** `held-out accuracy`. */
  readonly title: string;
  readonly isBetter: (a: number, b: number) => boolean;
  /** Of Vega: `.1%`. */
  readonly format: string;
}

/**
 * The objective of each trial, and the best complete one so far.
 *
 * @param trials by number, at least one
 */
export function trialHistory(trials: readonly ShownTrial[], objective: ShownObjective): Chart {
  let best: number | null = null;
  const rows = trials.map((trial) => {
    const { number, value, isComplete } = trial;
    if (isComplete && (best === null || objective.isBetter(value, best))) best = value;
    return { number, value, best, state: stateOf(trial) };
  });
  const title = "Trials in their order";
  const alt = `Scatter plot of the ${objective.title} of ${trials.length} trials, with a line for the best complete one so far.`;
  return { name: "trials", title, alt, spec: (theme) => historySpec(title, rows, objective, theme) };
}

function historySpec(
  title: string,
  rows: readonly { readonly best: number | null }[],
  { title: axis, format }: ShownObjective,
  theme: Theme,
): ChartSpec {
  const x = {
    field: "number",
    type: "quantitative",
    title: "Trial",
    scale: { nice: false },
    axis: { tickMinStep: 1, format: "d" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: capitalized(axis),
    scale: { zero: false },
    axis: { format },
  });
  const done = rows.filter(({ best }) => best !== null);
  const lineLayer = {
    data: { values: done },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2, color: theme.test },
    encoding: { x, y: y("best") },
  };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...(done.length === 0 ? [] : [lineLayer]),
      {
        data: { values: rows },
        mark: { type: "point", filled: true, size: 30, opacity: 0.75 },
        encoding: { x, y: y("value"), ...byState(theme) },
      },
    ],
  });
}

/** A parameter, as its chart shows it. */
export interface ShownParameter {
  readonly name: string;
  /** Whether equal distances are equal ratios; not for categories. */
  readonly log: boolean;
  /** The categories in their order; undefined for a number. */
  readonly choices?: readonly string[] | undefined;
}

/**
 * The objective by the value of one parameter, over the trials that have it.
 *
 * @param trials at least one
 */
export function parameterSlice(
  trials: readonly ShownTrial[],
  parameter: ShownParameter,
  objective: ShownObjective,
): Chart {
  const { name } = parameter;
  const rows = trials
    .filter(({ values }) => values[name] !== undefined)
    .map((trial) => ({
      number: trial.number,
      value: trial.value,
      state: stateOf(trial),
      at: parameter.choices ? String(trial.values[name]) : trial.values[name],
    }));
  const title = `By ${name}`;
  const alt = `Scatter plot of the ${objective.title} of ${rows.length} trials by ${name}.`;
  return {
    name: `by-${fileName(name)}`,
    title,
    alt,
    spec: (theme) => sliceSpec(title, rows, parameter, objective, theme),
  };
}

/** So many letters of choices fit below a slice. */
const MOST_LETTERS = 45;

function sliceSpec(
  title: string,
  rows: readonly object[],
  { name, log, choices }: ShownParameter,
  { title: axis, format }: ShownObjective,
  theme: Theme,
): ChartSpec {
  const numbers = {
    type: "quantitative",
    scale: log ? { type: "log" } : { zero: false },
    axis: { labelSeparation: 8 },
  };
  // Slanted where they would not fit next to each other.
  const isLong = (choices ?? []).join("").length > MOST_LETTERS;
  const labels = isLong ? { labelAngle: -45, labelLimit: 120, labelOverlap: false } : { labelAngle: 0 };
  const categories = { type: "nominal", scale: { domain: choices }, axis: labels };
  const x = { field: "at", title: name, ...(choices ? categories : numbers) };
  return chartSpec(theme, {
    title,
    width: WIDTH,
    height: HEIGHT,
    data: { values: rows },
    mark: { type: "point", filled: true, size: 36, opacity: 0.75 },
    encoding: {
      x,
      ...byState(theme),
      y: {
        field: "value",
        type: "quantitative",
        title: capitalized(axis),
        scale: { zero: false },
        axis: { format },
      },
    },
  });
}

function stateOf({ isComplete }: ShownTrial): string {
  return isComplete ? "complete" : "not complete";
}

/** By shape too, not by colour alone. */
function byState(theme: Theme) {
  const domain = ["complete", "not complete"];
  const labels = { labelColor: theme.ink, labelFontSize: textSizes.label };
  const legend = { title: null, orient: "top", direction: "horizontal", ...labels };
  return {
    color: { field: "state", type: "nominal", scale: { domain, range: [theme.test, theme.muted] }, legend },
    shape: { field: "state", type: "nominal", scale: { domain, range: ["circle", "triangle-down"] }, legend },
  };
}

/** `learningRate` → `learning-rate`. */
function fileName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/[^a-z0-9-]/g, "-");
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
