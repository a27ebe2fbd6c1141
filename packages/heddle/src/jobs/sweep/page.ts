import { counted } from "@heddle/core/internal/base/format.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import {
  parameterSlice,
  type ShownObjective,
  trialHistory,
} from "@heddle/core/internal/figures/trial-charts.js";
import { isFinished, lastReport, type Study } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import type { PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { writePage } from "../../pages/write-page.js";
import { drawFigures } from "../../rendering/draw-figure.js";
import { objectiveOf } from "./objective.js";
import { objectiveText, ranked, stateCounts, valuesText, valueText } from "./results.js";
import type { SweepFolder, SweepRequest, Winner } from "./sweep-folder.js";

/** So many of the best trials are in the page's first table. */
const BEST = 10;

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
  const slices = sweep.space.parameters
    .filter(({ name }) => trials.some(({ values }) => values[name] !== undefined))
    .map(({ name, parameter }) => {
      const choices = parameter.type === "category" ? parameter.choices.map(String) : undefined;
      const log = parameter.type !== "category" && parameter.log === true;
      return parameterSlice(trials, { name, log, choices }, objective);
    });
  return drawFigures([trialHistory(trials, objective), ...slices], signal);
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
      { id: "best", title: "The best trials", tables: [bestTable(sweep, best.slice(0, BEST))] },
      { id: "charts", title: "What the trials gave", figures },
      {
        id: "trials",
        title: "Every trial",
        text: `${stateCounts(study)}.`,
        tables: [trialTable(sweep, study)],
      },
      {
        id: "sweep",
        title: "The sweep",
        facts: [
          { label: "Search", value: JSON.stringify(sweep.searchOptions), code: true },
          {
            label: "Stopping",
            value: sweep.stopping ? JSON.stringify(sweep.stopping) : "none: every trial runs to its end",
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
