import { isFile } from "@heddle/core/internal/base/files-node.js";
import { accuracyByEpoch, lossByEpoch } from "../../figures/curves.js";
import type { Figure } from "../../figures/figure.js";
import { evaluationCharts } from "../../pages/evaluation-figures.js";
import { testSubject } from "../../pages/evaluation-words.js";
import { renderReport } from "../../pages/render-report.js";
import type { ReportedTraining } from "../../pages/report-configuration.js";
import { type RunRecords, reportData, validationNameOf } from "../../pages/run-page.js";
import type { RunEvaluation } from "../../runs/evaluation-record.js";
import { type KeptFigure, readKeptFigure } from "../../runs/kept-figure.js";
import { parseRunRecord, type RunRecord } from "../../runs/records.js";
import { RunFolder } from "../../runs/run-folder.js";
import { readConfiguration } from "../configuration.js";
import { dataFigureNames } from "./data-figures.js";

/** What became of a report. */
export interface RunReport {
  readonly reportPath: string;
  /** Files that the folder should hold and does not; the report says so, too. */
  readonly missing: readonly string[];
}

/**
 * Rebuilds the report and the figures of a run from its folder alone: what can be drawn from numbers is drawn again,
 * grids of images are taken as they were kept. Where nothing changed, every byte is as before.
 *
 * @param run a run folder, an id or a name below `root`, or `latest`
 * @throws HeddleError when there is no such run, or a file of it is damaged
 */
export async function rebuildReport(run: string, root: string): Promise<RunReport> {
  const folder = await RunFolder.open(run, root);
  return writeRunReport(folder, await folder.readRecord());
}

/** Draws the figures of a run and writes its report. A run's end and `heddle report` both do it here. */
export async function writeRunReport(folder: RunFolder, record: RunRecord): Promise<RunReport> {
  // As it is read: the report of a run's end must not know more than its folder.
  const read = parseRunRecord(folder.recordPath, JSON.stringify(record));
  const records = await readRecords(folder, read);
  const { curves, charts, missing } = records;
  const drawn = charts ? [...charts.confusion, ...charts.classes, ...charts.calibration] : [];
  for (const figure of [...curves, ...drawn]) await folder.writeFigure(figure);
  await folder.writeReport(renderReport(reportData(records)));
  return { reportPath: folder.reportPath, missing: [...missing.data, ...missing.mistakes] };
}

/** Accuracy and loss by epoch, from `history.csv`; none before the first epoch ended. */
export async function drawCurves(
  folder: RunFolder,
  title: string,
  training: Pick<ReportedTraining, "validationSplit">,
): Promise<readonly Figure[]> {
  const { epochs } = await folder.readHistory();
  if (epochs.length === 0) return [];
  const options = { dataset: title, validationName: validationNameOf(training) };
  return [await accuracyByEpoch({ epochs }, options), await lossByEpoch({ epochs }, options)];
}

async function readRecords(folder: RunFolder, record: RunRecord): Promise<RunRecords> {
  const { title } = record.dataset;
  const training = readConfiguration(folder.recordPath, record);
  const data = await folder.readData();
  const evaluation = await folder.readEvaluation();
  const grids = await readGrids(folder, dataFigureNames);
  const mistakes = await readGrids(folder, mistakeFiguresOf(evaluation));
  return {
    record,
    training,
    data,
    epochs: (await folder.readHistory()).epochs,
    metrics: (await isFile(folder.metricsPath)) ? await folder.readMetrics() : undefined,
    evaluation,
    testLooks: await folder.readTestLooks(),
    curves: await drawCurves(folder, title, training),
    charts: evaluation?.evaluation
      ? await evaluationCharts(evaluation.evaluation, testSubject(title))
      : undefined,
    pictures: { data: grids.kept, mistakes: mistakes.kept },
    missing: {
      data: [...(data ? [] : ["dataset.json"]), ...grids.missing],
      mistakes: mistakes.missing,
    },
  };
}

/** The grids of images that go with an evaluation. */
function mistakeFiguresOf(found: RunEvaluation | undefined): readonly string[] {
  if (!found?.evaluation) return [];
  const { confusedPairs, topLosses } = found.evaluation;
  return [
    ...(confusedPairs.length > 0 ? ["most-confused-pairs"] : []),
    ...(topLosses.some(({ truth, predicted }) => truth !== predicted) ? ["top-losses"] : []),
  ];
}

async function readGrids(folder: RunFolder, names: readonly string[]) {
  const kept: KeptFigure[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const figure = await readKeptFigure(folder, name);
    if (figure) kept.push(figure);
    else missing.push(`figures/${name}`);
  }
  return { kept, missing };
}
