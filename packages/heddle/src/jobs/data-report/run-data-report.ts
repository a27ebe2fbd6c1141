import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Progress } from "@heddle/core/internal/callbacks/callback.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type { LabelErrorFindings } from "@heddle/core/internal/examine/findings.js";
import { labelErrorFindings, whyNoSuspects } from "@heddle/core/internal/examine/label-errors.js";
import { nearDuplicateFindings } from "@heddle/core/internal/examine/near-pairs.js";
import { defaultEpochs, FOLDS, whyNotJudged } from "@heddle/core/internal/examine/out-of-fold.js";
import type { Chart } from "@heddle/core/internal/figures/chart.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { Sheet } from "@heddle/core/internal/figures/sheet.js";
import { stretched } from "@heddle/core/internal/figures/shown-images.js";
import { drawFigures } from "../../rendering/draw-figure.js";
import { heddleVersion } from "../../system/version.js";
import {
  balanceFigure,
  classFigures,
  type Drawing,
  firstImagesFigure,
  histogramFigures,
  MOST_CLASSES,
  meanImagesFigure,
  nearDuplicateFigures,
  suspectFigures,
} from "./figures.js";
import { type DataFindings, FINDINGS_FORMAT_VERSION, type LeftOut } from "./findings.js";
import { ReportFolder } from "./folder.js";
import { type DataFigures, dataPage } from "./page.js";
import { balanceOf } from "./statistics.js";

/** A data report to make. */
export interface DataReportJob {
  readonly dataset: Dataset;
  /** From `describeDataset`. */
  readonly description: DatasetDescription;
  readonly folder: string;
  /** The command that makes the report again, quoted for a shell. */
  readonly command: string;
  readonly seed: number;
  /** Whether models are trained to find label errors. */
  readonly labelErrors: boolean;
  /** Passes over the data for each model; chosen by the size of the data where undefined. */
  readonly epochs: number | undefined;
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
  readonly events: DataReportEvents;
}

/** Reports while a data report is made. */
export interface DataReportEvents {
  onSearch(): void;
  /** The share of the search that is done, 0 … 1. */
  onNearDuplicates(share: number): void;
  onFold(training: { readonly fold: number; readonly folds: number; readonly epochs: number }): void;
  onTraining(fold: number, folds: number, progress: Progress): void;
  onDrawing(): void;
}

export interface DataReport {
  readonly findings: DataFindings;
  readonly folder: string;
  readonly reportPath: string;
}

/**
 * Examines a dataset and writes a page, its figures as SVG and PNG, and the numbers as JSON.
 *
 * @throws AbortedError when the signal fires; nothing is written then
 * @throws HeddleError when the folder cannot be used
 */
export async function runDataReport(job: DataReportJob): Promise<DataReport> {
  const { description, signal } = job;
  const folder = await ReportFolder.open(job.folder);
  try {
    const range = pixelRange(description);
    const asBytes = (set: ImageSet): ImageSet => {
      const { images } = set;
      return images instanceof Uint8Array ? set : { ...set, images: stretched(images, range) };
    };
    const { train, test } = job.dataset;
    const dataset: Dataset = { ...job.dataset, train: asBytes(train), test: asBytes(test) };
    const leftOut: LeftOut[] = unread(description);
    job.events.onSearch();
    const nearDuplicates = await nearDuplicateFindings(job.dataset, {
      signal,
      onProgress: job.events.onNearDuplicates,
    });
    const labelErrors = await labelErrorsOf(job, dataset, leftOut);
    const classes = dataset.classNames.length;
    if (classes > MOST_CLASSES) {
      const why = `there are ${groupDigits(classes)}; those of the first ${MOST_CLASSES} are shown`;
      leftOut.push({ what: "Image grids and mean images of every class", why });
    }
    job.events.onDrawing();
    const drawing: Drawing = { dataset, seed: job.seed };
    const draw = (figures: readonly (Chart | Sheet)[]) => drawFigures(figures, signal);
    const figures: DataFigures = {
      first: await draw(firstImagesFigure(drawing)),
      classes: await draw(classFigures(drawing)),
      means: await draw(meanImagesFigure(drawing)),
      balance: await draw(balanceFigure(description)),
      histograms: await draw(histogramFigures(job.dataset, [range.low, range.high])),
      nearDuplicates: await draw(nearDuplicateFigures(drawing, nearDuplicates)),
      suspects: await draw(labelErrors === null ? [] : suspectFigures(drawing, labelErrors)),
    };
    const drawn = Object.values(figures).flat() as Figure[];
    const findings: DataFindings = {
      formatVersion: FINDINGS_FORMAT_VERSION,
      heddle: heddleVersion,
      command: job.command,
      finishedAt: new Date().toISOString(),
      seed: job.seed,
      dataset: description,
      balance: { train: balanceOf(description.train.perClass), test: balanceOf(description.test.perClass) },
      nearDuplicates,
      labelErrors,
      leftOut,
      figures: drawn.map(({ name }) => name),
    };
    await folder.write(dataPage(findings, figures), findings, drawn, signal);
    return { findings, folder: folder.path, reportPath: folder.pagePath };
  } catch (thrown) {
    await folder.abandon();
    if (thrown instanceof AbortedError)
      throw new AbortedError("Stopped before the report was written.", { cause: thrown });
    throw thrown;
  }
}

/** Rows and pictures that could not be read. */
function unread({ source: { dropped } }: DatasetDescription): LeftOut[] {
  if (dropped === undefined || dropped.dropped === 0) return [];
  const reasons = Object.entries(dropped.byReason).map(
    ([reason, count]) => `${reason} ${groupDigits(count)}`,
  );
  const why = `could not be read: ${reasons.join(", ")}`;
  return [{ what: `${groupDigits(dropped.dropped)} of ${groupDigits(dropped.read)} rows or pictures`, why }];
}

async function labelErrorsOf(
  job: DataReportJob,
  dataset: Dataset,
  leftOut: LeftOut[],
): Promise<LabelErrorFindings | null> {
  const why = job.labelErrors
    ? whyNotJudged(dataset, FOLDS)
    : "switched off, because models must be trained for it";
  if (why !== undefined) {
    leftOut.push({ what: "Suspected label errors", why });
    return null;
  }
  const epochs = job.epochs ?? defaultEpochs(dataset.train.count, FOLDS);
  const found = await labelErrorFindings(dataset, {
    folds: FOLDS,
    epochs,
    seed: job.seed,
    threads: job.threads,
    signal: job.signal,
    onFold: (fold) => job.events.onFold({ fold, folds: FOLDS, epochs }),
    onProgress: (fold, progress) => job.events.onTraining(fold, FOLDS, progress),
  });
  const noGround = whyNoSuspects(found, dataset.train.labels);
  if (noGround === undefined) return found;
  leftOut.push({ what: "Suspected label errors", why: noGround });
  return null;
}

/** 0 … 255 for bytes, so that histograms of different datasets can be compared; for floats, the values that occur. */
function pixelRange({ train, test }: DatasetDescription) {
  if (train.elementType === "uint8") return { low: 0, high: 256 };
  return { low: Math.min(train.minimum, test.minimum), high: Math.max(train.maximum, test.maximum) };
}
