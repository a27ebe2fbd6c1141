import { type Chart, type ChartSpec, chartSpec, lookUp } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";
import type { ShownObjective, ShownParameter, ShownTrial } from "./trial-charts.js";

const WIDTH = 344;
const HEIGHT = 200;
/** The room that a parallel axis needs for its name. */
const AXIS = 76;
/** So many trials are drawn as lines; more would be a carpet. */
const MOST_LINES = 100;

/** How important parameters are. */
export interface ShownImportance {
  readonly name: string;
  /** Of all together 1. */
  readonly importance: number;
}

/**
 * How much each parameter matters for being among the best tenth, most important first.
 *
 * @param basis what was compared: `90 complete trials`
 */
export function importanceBars(importances: readonly ShownImportance[], basis: string): Chart {
  const rows = [...importances].sort((a, b) => b.importance - a.importance);
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  const sentences = rows.map(({ name, importance }) => `${name} ${percent(importance)}`);
  const title = "Which parameters matter";
  const alt = `Bar chart of the importance of each parameter for being among the best tenth of ${basis}: ${sentences.join(", ")}.`;
  return {
    name: "importance",
    title,
    alt,
    spec: (theme) => {
      const labels = lookUp(
        "labels",
        rows.map(({ name }) => name),
      );
      const y = {
        field: "row",
        type: "ordinal",
        title: null,
        axis: { labelExpr: labels.labelExpr, labelColor: theme.ink, labelLimit: 160 },
      };
      const x = {
        field: "importance",
        type: "quantitative",
        title: null,
        scale: { domain: [0, 1] },
        axis: null,
      };
      const values = rows.map(({ importance }, row) => ({ row, importance, text: percent(importance) }));
      return chartSpec(theme, {
        title: { text: title, subtitle: [`For being among the best tenth`, `of ${basis} (PED-ANOVA)`] },
        params: [labels.param],
        width: WIDTH - 90,
        height: { step: 30 },
        data: { values },
        layer: [
          { mark: { type: "bar", color: theme.test, height: 14 }, encoding: { x, y } },
          {
            mark: { type: "text", align: "left", dx: 6, fontWeight: 600 },
            encoding: { x, y, text: { field: "text" } },
          },
        ],
      });
    },
  };
}

/**
 * Every trial as a line over an axis for each parameter and one for the objective, better ones stronger.
 *
 * @param trials at least two; the best of them are drawn
 * @param parameters at least one
 */
export function parallelCoordinates(
  trials: readonly ShownTrial[],
  parameters: readonly ShownParameter[],
  objective: ShownObjective,
): Chart {
  const ranked = [...trials].sort((a, b) =>
    a.value === b.value ? a.number - b.number : objective.isBetter(a.value, b.value) ? -1 : 1,
  );
  const shown = ranked.slice(0, MOST_LINES);
  const title = "Which values go together";
  const which =
    trials.length > shown.length ? `the best ${shown.length} of ${trials.length}` : `${shown.length}`;
  const alt = `Parallel coordinates of ${which} trials: ${parameters.map(({ name }) => name).join(", ")}, and the ${objective.title}.`;
  return {
    name: "parallel",
    title,
    alt,
    spec: (theme) => parallelSpec(shown, parameters, objective, theme, which),
  };
}

/** An axis of the parallel coordinates. */
interface Axis {
  readonly name: string;
  /** From 0, the lower end, to 1; undefined where a trial has no value. */
  readonly place: (trial: ShownTrial) => number | undefined;
  readonly ends: readonly { readonly at: number; readonly text: string }[];
}

const LONGEST_LABEL = 14;

/** A choice that leaves room for the next axis. */
function clipped(text: string): string {
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
}

function axisOf({ name, log, choices }: ShownParameter, trials: readonly ShownTrial[]): Axis {
  if (choices) {
    const at = (index: number) => (choices.length === 1 ? 0.5 : index / (choices.length - 1));
    return {
      name,
      place: ({ values }) =>
        values[name] === undefined ? undefined : at(choices.indexOf(String(values[name]))),
      ends: choices.map((text, index) => ({ at: at(index), text: clipped(text) })),
    };
  }
  const numbers = trials.flatMap(({ values }) => (typeof values[name] === "number" ? [values[name]] : []));
  return numberAxis(name, numbers, log, ({ values }) => values[name] as number | undefined);
}

function numberAxis(
  name: string,
  numbers: readonly number[],
  log: boolean,
  numberOf: (trial: ShownTrial) => number | undefined,
  format = (value: number) => String(Number(value.toPrecision(3))),
): Axis {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = (value: number) => (log ? Math.log(value) : value);
  const span = scale(high) - scale(low);
  return {
    name,
    place: (trial) => {
      const value = numberOf(trial);
      if (value === undefined) return undefined;
      return span === 0 ? 0.5 : (scale(value) - scale(low)) / span;
    },
    ends:
      span === 0
        ? [{ at: 0.5, text: format(low) }]
        : [
            { at: 0, text: format(low) },
            { at: 1, text: format(high) },
          ],
  };
}

function parallelSpec(
  trials: readonly ShownTrial[],
  parameters: readonly ShownParameter[],
  objective: ShownObjective,
  theme: Theme,
  which: string,
): ChartSpec {
  const percent = objective.format.endsWith("%");
  const format = (value: number) =>
    percent ? `${(100 * value).toFixed(1)}%` : String(Number(value.toPrecision(3)));
  const values = trials.map(({ value }) => value);
  const axes = [
    ...parameters.map((parameter) => axisOf(parameter, trials)),
    numberAxis(objective.title.split(" ").at(-1)!, values, false, ({ value }) => value, format),
  ];
  const lines = trials.flatMap((trial, rank) =>
    axes.flatMap(({ place }, axis) => {
      const at = place(trial);
      return at === undefined ? [] : [{ trial: trial.number, rank, axis, at }];
    }),
  );
  const names = lookUp(
    "names",
    axes.map(({ name }) => name),
  );
  const x = {
    field: "axis",
    type: "ordinal",
    title: null,
    scale: { padding: 0.5 },
    axis: {
      labelExpr: names.labelExpr,
      labelAngle: 0,
      labelColor: theme.ink,
      orient: "top",
      labelLimit: 130,
    },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    axis: null,
    scale: { domain: [0, 1] },
  });
  const ends = axes.flatMap((axis, index) => axis.ends.map(({ at, text }) => ({ axis: index, at, text })));
  const last = trials.length - 1;
  return chartSpec(theme, {
    title: {
      text: "Which values go together",
      subtitle: `A line for each of ${which} trials; the best stand out`,
    },
    params: [names.param],
    width: Math.max(WIDTH, AXIS * axes.length),
    height: 220,
    layer: [
      {
        data: { values: axes.map((_, axis) => ({ axis, low: 0, high: 1 })) },
        mark: { type: "rule", color: theme.line, strokeWidth: 1.5 },
        encoding: { x, y: y("low"), y2: { field: "high" } },
      },
      {
        data: { values: lines },
        mark: { type: "line", strokeWidth: 1.4 },
        encoding: {
          x,
          y: y("at"),
          detail: { field: "trial" },
          order: { field: "axis" },
          color: {
            field: "rank",
            type: "quantitative",
            legend: null,
            scale: { domain: [0, Math.max(1, last)], range: [theme.test, theme.line] },
          },
          opacity: {
            field: "rank",
            type: "quantitative",
            legend: null,
            scale: { domain: [0, Math.max(1, last)], range: [1, 0.5] },
          },
        },
      },
      {
        data: { values: ends },
        mark: { type: "text", align: "left", dx: 6, color: theme.muted, fontSize: textSizes.small },
        encoding: { x, y: y("at"), text: { field: "text" } },
      },
    ],
  });
}

/** A trial's reports. */
export interface ShownReports {
  readonly number: number;
  readonly isComplete: boolean;
  readonly reports: readonly { readonly step: number; readonly value: number }[];
}

/**
 * The objective after each epoch of each trial: where trials were stopped, and which went on.
 *
 * @param trials at least one, each with one finite report or more
 */
export function learningCurves(trials: readonly ShownReports[], objective: ShownObjective): Chart {
  const ordered = [...trials].sort((a, b) => b.reports.length - a.reports.length || a.number - b.number);
  const shown = ordered.slice(0, MOST_LINES);
  const which = trials.length > shown.length ? `${shown.length} of ${trials.length}` : String(shown.length);
  const title = "How far trials went";
  const longest = shown[0]!.reports.at(-1)!.step;
  const alt = `Line chart of the ${objective.title} after each epoch of ${which} trials, up to ${longest} epochs.`;
  return {
    name: "learning-curves",
    title,
    alt,
    spec: (theme) => {
      const values = shown.flatMap(({ number, isComplete, reports }) =>
        reports.map(({ step, value }, index) => ({
          trial: number,
          step,
          value,
          state: isComplete ? "complete" : "not complete",
          last: index === reports.length - 1,
        })),
      );
      const domain = ["complete", "not complete"];
      const color = {
        field: "state",
        type: "nominal",
        scale: { domain, range: [theme.test, theme.muted] },
        legend: {
          title: null,
          orient: "top",
          direction: "horizontal",
          labelColor: theme.ink,
          labelFontSize: textSizes.label,
        },
      };
      const x = {
        field: "step",
        type: "quantitative",
        title: "Epoch",
        scale: { nice: false },
        axis: { tickMinStep: 1, format: "d" },
      };
      const y = {
        field: "value",
        type: "quantitative",
        title: objective.title[0]!.toUpperCase() + objective.title.slice(1),
        scale: { zero: false },
        axis: { format: objective.format },
      };
      return chartSpec(theme, {
        title,
        width: WIDTH,
        height: HEIGHT,
        data: { values },
        layer: [
          {
            mark: { type: "line", strokeWidth: 1.4, opacity: 0.7 },
            encoding: { x, y, color, detail: { field: "trial" } },
          },
          {
            transform: [{ filter: "datum.last" }],
            mark: { type: "point", filled: true, size: 24, opacity: 0.9 },
            encoding: { x, y, color },
          },
        ],
      });
    },
  };
}
