import { counted } from "@heddle/core/internal/base/format.js";
import type { Chart } from "@heddle/core/internal/figures/chart.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import {
  importanceBars,
  learningCurves,
  parallelCoordinates,
} from "@heddle/core/internal/figures/sweep-charts.js";
import {
  parameterSlice,
  type ShownObjective,
  trialHistory,
} from "@heddle/core/internal/figures/trial-charts.js";
import { parameterImportances } from "@heddle/core/internal/sweep/importance.js";
import { isFinished, lastReport, loss, type Study } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import type { PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { writePage } from "../../pages/write-page.js";
import { drawFigures } from "../../rendering/draw-figure.js";
import { objectiveOf } from "./objective.js";
import { fewerTrials, objectiveText, ranked, stateCounts, valuesText, valueText } from "./results.js";
import type { SweepFolder, SweepRequest, Winner } from "./sweep-folder.js";

/** So many of the best trials are in the page's first table. */
const BEST = 10;

/** So many trials must be comparable for the importance of parameters to mean something. */
const LEAST_IMPORTANT = 20;

/** What a sweep's page shows. */
export interface SweepReport {
  readonly folder: SweepFolder;
  readonly sweep: Sweep;
  readonly request: SweepRequest;
  readonly study: Study;
  readonly winners: readonly Winner[];
  /** The data, for people. */
  readonly title: string;
}

/** Writes the page of a sweep, with its figures next to it. */
export async function writeSweepPage(report: SweepReport, signal?: AbortSignal): Promise<void> {
  const figures = await figuresOf(report, signal);
  await writePage(report.folder.reportPath, pageOf(report, figures), figures, signal);
}

async function figuresOf(
  { sweep, study }: SweepReport,
  signal: AbortSignal | undefined,
): Promise<readonly Figure[]> {
  const trials = study.trials
    .map((trial) => {
      const isComplete = trial.state === "complete";
      const value = isComplete ? trial.objectives?.[0] : lastReport(trial)?.value;
      return { number: trial.number, values: trial.values, isComplete, value: value ?? Number.NaN };
    })
    .filter(({ value }) => Number.isFinite(value));
  if (trials.length < 2) return [];
  const objective = shownObjective(sweep);
  const shown = sweep.space.parameters
    .filter(({ name }) => trials.some(({ values }) => values[name] !== undefined))
    .map(({ name, parameter }) => {
      const choices = parameter.type === "category" ? parameter.choices.map(String) : undefined;
      const log = parameter.type !== "category" && parameter.log === true;
      return { name, log, choices };
    });
  const slices = shown.map((parameter) => parameterSlice(trials, parameter, objective));
  return drawFigures(
    [
      ...importance(sweep, study),
      trialHistory(trials, objective),
      ...curves(study, objective),
      ...slices,
      ...(shown.length > 1 ? [parallelCoordinates(trials, shown, objective)] : []),
    ],
    signal,
  );
}

/** What parameters matter, by the objective after as many epochs of as many trials as there are. */
function importance({ space, goal, stopping }: Sweep, study: Study): readonly Chart[] {
  const complete = ranked(study, goal).flatMap(({ trial: { values }, value }) =>
    Number.isFinite(value) ? [{ values, loss: loss(goal, value) }] : [],
  );
  const step = stopping === undefined || stopping.type === "median" ? 1 : stopping.minimum;
  const early = study.trials.flatMap(({ values, reports }) => {
    const value = reports.find((report) => report.step === step)?.value;
    return value !== undefined && Number.isFinite(value) ? [{ values, loss: loss(goal, value) }] : [];
  });
  const isEarly = complete.length < LEAST_IMPORTANT && early.length > complete.length;
  const compared = isEarly ? early : complete;
  if (compared.length < LEAST_IMPORTANT || space.parameters.length < 2) return [];
  const shares = Object.entries(parameterImportances(space, compared));
  const basis = isEarly
    ? `${compared.length} trials after ${counted(step, "epoch")}`
    : `${compared.length} complete trials`;
  return [
    importanceBars(
      shares.map(([name, share]) => ({ name, importance: share })),
      basis,
    ),
  ];
}

/** How far trials went, where any reported more than once. */
function curves(study: Study, objective: ShownObjective): readonly Chart[] {
  const trials = study.trials.flatMap(({ number, state, reports }) => {
    const finite = reports.filter(({ value }) => Number.isFinite(value));
    return finite.length === 0 ? [] : [{ number, isComplete: state === "complete", reports: finite }];
  });
  return trials.some(({ reports }) => reports.length > 1) ? [learningCurves(trials, objective)] : [];
}

function shownObjective({ goal }: Sweep): ShownObjective {
  const objective = objectiveOf(goal);
  return {
    title: `held-out ${objective}`,
    isBetter: (a, b) => (goal === "maximize" ? a > b : a < b),
    format: objective === "accuracy" ? ".1%" : ".3",
  };
}

function pageOf(
  { folder, sweep, request, study, winners, title }: SweepReport,
  figures: readonly Figure[],
): string {
  const objective = objectiveOf(sweep.goal);
  const best = ranked(study, sweep.goal);
  const [first] = best;
  const last = winners.at(-1);
  return renderPage({
    kind: "Heddle sweep",
    title: `${sweep.name} on ${title}`,
    subtitle: first
      ? `Best of ${counted(study.trials.length, "trial")}: ${valuesText(first.trial)}`
      : `${counted(study.trials.length, "trial")}, none of them complete`,
    id: folder.path,
    ...(first && {
      headline: [
        {
          label: `Best held-out ${objective}`,
          value: objectiveText(objective, first.value),
          note: `trial ${first.trial.number}${request.seeds > 1 ? `, mean of ${request.seeds} seeds` : ""}`,
        },
        ...(last
          ? [
              {
                label: "Its test accuracy",
                value: objectiveText("accuracy", last.testAccuracy),
                note:
                  winners.length === 1
                    ? "looked at once"
                    : `the test images were looked at ${winners.length} times`,
              },
            ]
          : []),
      ],
    }),
    sections: [
      {
        id: "best",
        title: "The best trials",
        ...(first
          ? { tables: [bestTable(sweep, best.slice(0, BEST))] }
          : { text: "No trial is complete. How far each went is below." }),
      },
      { id: "charts", title: "What the trials gave", figures },
      {
        id: "trials",
        title: "Every trial",
        text: [`${stateCounts(study)}.`, fewerTrials(sweep, study) ?? []].flat().join(" "),
        tables: [trialTable(sweep, study)],
      },
      {
        id: "sweep",
        title: "The sweep",
        facts: [
          { label: "Search", value: optionsText(sweep.searchOptions) },
          {
            label: "Stopping",
            value: sweep.stopping ? optionsText(sweep.stopping) : "none: every trial runs to its end",
          },
          { label: "Seed", value: String(sweep.seed) },
          {
            label: "Chosen by",
            value: `${objective} on held-out training images, ${valueText(request.settings.validationSplit)} of them`,
          },
          { label: "Begun by", value: request.command, code: true },
          { label: "Heddle", value: request.heddle },
        ],
      },
    ],
  });
}

/** `asynchronous halving: minimum 1, maximum 9`. */
function optionsText({ type, ...options }: { readonly type: string }): string {
  const name = type === "tpe" ? "TPE" : type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const chosen = Object.entries(options).map(([option, value]) => `${option} ${value}`);
  return [name, ...(chosen.length > 0 ? [chosen.join(", ")] : [])].join(": ");
}

function bestTable({ space, goal }: Sweep, best: ReturnType<typeof ranked>): PageTable {
  const names = space.parameters.map(({ name }) => name);
  return {
    title: `By held-out ${objectiveOf(goal)}`,
    head: ["Trial", objectiveOf(goal), ...names],
    rows: best.map(({ trial, value }) => [
      String(trial.number),
      objectiveText(objectiveOf(goal), value),
      ...names.map((name) => (trial.values[name] === undefined ? "–" : valueText(trial.values[name]))),
    ]),
    numeric: [0, 1],
  };
}

function trialTable({ goal }: Sweep, study: Study): PageTable {
  return {
    title: "In their order",
    head: ["Trial", "state", "epochs", objectiveOf(goal), "values"],
    rows: study.trials.map((trial) => {
      const value = isFinished(trial) ? trial.objectives?.[0] : lastReport(trial)?.value;
      return [
        String(trial.number),
        trial.state,
        String(lastReport(trial)?.step ?? 0),
        value === undefined ? "–" : objectiveText(objectiveOf(goal), value),
        valuesText(trial),
      ];
    }),
    numeric: [0, 2, 3],
  };
}
