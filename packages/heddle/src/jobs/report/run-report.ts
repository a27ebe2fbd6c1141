import { hasFile } from "@heddle/core/internal/base/files-node.js";
import { accuracyByEpoch, lossByEpoch } from "@heddle/core/internal/figures/curves.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import { parseRunRecord, type RunRecord } from "@heddle/core/internal/records/run-record.js";
import { evaluationCharts, foldCharts } from "../../pages/evaluation-figures.js";
import { testSubject } from "../../pages/evaluation-words.js";
import { renderPage } from "../../pages/render-page.js";
import type { ReportedTraining } from "../../pages/run-configuration.js";
import { runPage } from "../../pages/run-page.js";
import type { RunRecords } from "../../pages/run-records.js";
import { validationNameOf } from "../../pages/run-sections.js";
import { drawFigures } from "../../rendering/draw-figure.js";
import type { RunEvaluation } from "../../runs/evaluation-record.js";
import { readKeptFigure } from "../../runs/kept-figure.js";
import { RunFolder } from "../../runs/run-folder.js";
import { planOfRun } from "../plan-of-run.js";
import { dataFigureNames } from "./data-figures.js";

/** What a report that is being written hears and tells. */
interface ReportOptions {
  /** Ends the writing. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each damaged line that is skipped, with a sentence. */
  readonly onWarning?: OnDamagedLine | undefined;
}

/** A report that was written. */
export interface RunReport {
  readonly reportPath: string;
  /** Files that the folder should hold but does not; the report says so too. */
  readonly missing: readonly string[];
}

/**
 * Rebuilds the report and the figures of a run from its folder alone: charts are drawn again from the numbers, grids of
 * images are taken from the folder. Where nothing has changed, every byte is the same.
 *
 * @param run a run folder, an id or a name below `root`, or `latest`
 * @throws HeddleError when there is no such run, or one of its files is damaged; AbortedError on `signal`
 */
export async function rebuildReport(run: string, root: string, options: ReportOptions): Promise<RunReport> {
  const folder = await RunFolder.open(run, root);
  return writeRunReport(folder, await folder.readRecord(), options);
}

/**
 * Draws the figures of a run and writes its report: at a run's end, after a look at its test images, and on request.
 *
 * @throws AbortedError on `signal`; the report then is the one before
 */
export async function writeRunReport(
  folder: RunFolder,
  record: RunRecord,
  { signal, onWarning }: ReportOptions = {},
): Promise<RunReport> {
  // Through JSON, as from the folder: the report at a run's end must not know more than the folder does.
  const stored = parseRunRecord(folder.recordPath, JSON.stringify(record));
  const records = await readRecords(folder, stored, { signal, onWarning });
  const { curves, charts, missing } = records;
  const drawn = charts ? [...charts.confusion, ...charts.classes, ...charts.calibration] : [];
  await folder.writeFigures([...curves, ...records.foldCharts, ...drawn], signal);
  // Read last: another process may have counted a look while figures were drawn.
  const testLooks = await folder.readTestLooks(onWarning);
  await folder.writeReport(renderPage(runPage({ ...records, testLooks })));
  return { reportPath: folder.reportPath, missing: [...missing.data, ...missing.mistakes] };
}

/** Draws accuracy and loss by epoch from `history.csv`; nothing before the first epoch has ended. */
export async function drawCurves(
  folder: RunFolder,
  title: string,
  training: Pick<ReportedTraining, "validationSplit">,
  signal?: AbortSignal,
): Promise<readonly Figure[]> {
  const { epochs } = await folder.readHistory();
  if (epochs.length === 0) return [];
  const options = { dataset: title, validationName: validationNameOf(training) };
  return drawFigures([accuracyByEpoch({ epochs }, options), lossByEpoch({ epochs }, options)], signal);
}

async function readRecords(
  folder: RunFolder,
  record: RunRecord,
  { signal, onWarning }: ReportOptions,
): Promise<Omit<RunRecords, "testLooks">> {
  const { title } = record.dataset;
  const training = planOfRun(folder.recordPath, record);
  const data = await folder.readData();
  const evaluation = await folder.readEvaluation();
  const crossValidation = await folder.readCrossValidation();
  const grids = await readGrids(folder, dataFigureNames);
  const mistakes = await readGrids(folder, mistakeGridNames(evaluation));
  return {
    record,
    training,
    data,
    epochs: (await folder.readHistory(onWarning)).epochs,
    metrics: (await hasFile(folder.metricsPath)) ? await folder.readMetrics() : undefined,
    evaluation,
    crossValidation,
    foldCharts: crossValidation?.evaluation
      ? await foldCharts(crossValidation.evaluation, { subject: title, signal })
      : [],
    curves: await drawCurves(folder, title, training, signal),
    charts: evaluation?.evaluation
      ? await evaluationCharts(evaluation.evaluation, { subject: testSubject(title), signal })
      : undefined,
    grids: { data: grids.kept, mistakes: mistakes.kept },
    missing: {
      data: [...(data ? [] : ["dataset.json"]), ...grids.missing],
      mistakes: mistakes.missing,
    },
  };
}

/** Names of the grids of images that go with an evaluation. */
function mistakeGridNames(record: RunEvaluation | undefined): readonly string[] {
  if (!record?.evaluation) return [];
  const { confusedPairs, topLosses } = record.evaluation;
  return [
    ...(confusedPairs.length > 0 ? ["most-confused-pairs"] : []),
    ...(topLosses.some(({ truth, predicted }) => truth !== predicted) ? ["top-losses"] : []),
  ];
}

async function readGrids(folder: RunFolder, names: readonly string[]) {
  const kept: Figure[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const figure = await readKeptFigure(folder, name);
    if (figure) kept.push(figure);
    else missing.push(`figures/${name}`);
  }
  return { kept, missing };
}
