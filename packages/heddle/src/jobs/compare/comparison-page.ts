import { formatPercent } from "@heddle/core/internal/base/format.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { overlaidCurves } from "@heddle/core/internal/figures/overlaid-curves.js";
import type { PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { writePage } from "../../pages/write-page.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import type { ComparedRow, ComparedRun, Comparison } from "./compare-runs.js";

/** Where a page goes by default, below the working folder. */
export const COMPARISON_PAGE = "comparison.html";

/**
 * Writes a comparison as an HTML page, with its figures next to it as {@link writePage} does.
 *
 * @throws HeddleError when the page cannot be written, AbortedError on `signal`; then nothing is left
 */
export async function writeComparisonPage(
  path: string,
  comparison: Comparison,
  signal?: AbortSignal,
): Promise<void> {
  const figures = await comparisonFigures(comparison.runs, signal);
  await writePage(path, pageFor(comparison, figures), figures, signal);
}

type Curve = "valAccuracy" | "accuracy" | "valLoss" | "loss";

/** Accuracy and loss of all runs, on the validation images and while training. */
async function comparisonFigures(
  runs: readonly ComparedRun[],
  signal: AbortSignal | undefined,
): Promise<readonly Figure[]> {
  const on = validatedOn(runs);
  const percent = { format: (value: number) => value.toFixed(2), scale: 100, signal };
  const plain = { format: (value: number) => value.toFixed(3), scale: 1, signal };
  const drawn = [
    await curves(runs, "valAccuracy", `Accuracy on ${on}`, "Accuracy (%)", percent),
    await curves(runs, "accuracy", "Accuracy while training", "Accuracy (%)", percent),
    await curves(runs, "valLoss", `Loss on ${on}`, "Loss", plain),
    await curves(runs, "loss", "Loss while training", "Loss", plain),
  ];
  return drawn.filter((figure) => figure !== undefined);
}

async function curves(
  runs: readonly ComparedRun[],
  field: Curve,
  title: string,
  axis: string,
  {
    format,
    scale,
    signal,
  }: {
    readonly format: (value: number) => string;
    readonly scale: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Figure | undefined> {
  const shown = runs
    .map(({ letter, epochs }, index) => ({
      label: letter,
      // Neighbours differ in colour, and runs of the same colour in their dashes.
      group: index % 2 === 0 ? ("first" as const) : ("second" as const),
      points: pointsOf(epochs, field, scale),
    }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return undefined;
  const name = { valAccuracy: "validation-accuracy", accuracy: "training-accuracy" } as const;
  const losses = { valLoss: "validation-loss", loss: "training-loss" } as const;
  return drawFigure(
    overlaidCurves(shown, {
      name: `${{ ...name, ...losses }[field]}-by-epoch`,
      title: `${title}, by epoch`,
      subtitle: `Runs ${shown.map(({ label }) => label).join(", ")}, named at the ends of their curves`,
      axis,
      format,
    }),
    signal,
  );
}

/** A loss that overflowed has no place on the axis. */
function pointsOf(epochs: readonly EpochLogs[], field: Curve, scale: number) {
  return epochs
    .map((logs) => ({ epoch: logs.epoch, value: scale * (logs[field] ?? Number.NaN) }))
    .filter(({ value }) => Number.isFinite(value));
}

function validatedOn(runs: readonly ComparedRun[]): string {
  const heldOut = runs.filter(({ record }) => Boolean(record.recipe.validationSplit)).length;
  if (heldOut === 0) return "test images";
  return heldOut === runs.length ? "held-out images" : "test or held-out images";
}

/** `A 92.76%`. */
function accuracyText({ letter, metrics }: ComparedRun): string {
  return `${letter} ${metrics ? formatPercent(metrics.test.accuracy) : "not measured"}`;
}

function pageFor(
  { runs, settings, circumstances, results, notes }: Comparison,
  figures: readonly Figure[],
): string {
  const table = (title: string, rows: readonly ComparedRow[], numeric = false): PageTable => ({
    title,
    head: ["", ...runs.map(({ letter }) => letter)],
    rows: rows.map(({ label, values }) => [label, ...values.map((value) => value ?? "–")]),
    ...(numeric && { numeric: runs.map((_, index) => index + 1) }),
  });
  const datasets = [...new Set(runs.map(({ record }) => record.dataset.title))];
  return renderPage({
    kind: "Heddle comparison",
    title: `${runs.length} runs on ${datasets.join(" and ")}`,
    subtitle: `Test accuracy: ${runs.map(accuracyText).join(", ")}`,
    id: runs.map(({ letter, id }) => `${letter} ${id}`).join(" · "),
    sections: [
      {
        id: "runs",
        title: "Runs",
        tables: [
          {
            title: "What the letters stand for",
            head: ["", "Run", "Name", "Status", "Started", "Command"],
            rows: runs.map(({ letter, id, name, status, record }) => [
              letter,
              id,
              name ?? "–",
              status,
              `${record.startedAt.slice(0, 16).replace("T", " ")} UTC`,
              record.command,
            ]),
          },
        ],
      },
      {
        id: "results",
        title: "Results",
        tables: [table("Results", results, true)],
        ...(notes.length > 0 && { aside: notes.join(" ") }),
      },
      {
        id: "curves",
        title: "Curves",
        ...(figures.length === 0 && { text: "No run has an epoch to show." }),
        figures,
      },
      {
        id: "configuration",
        title: "Configuration",
        ...(settings.length === 0
          ? { text: "Every setting is the same." }
          : { tables: [table("Settings that differ", settings)] }),
      },
      {
        id: "circumstances",
        title: "Circumstances",
        ...(circumstances.length === 0
          ? { text: "Data, programs and machine are the same." }
          : { tables: [table("Data, programs and machines that differ", circumstances)] }),
      },
    ],
  });
}
