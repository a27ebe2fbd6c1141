import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { CrossValidationRecord } from "../runs/cross-validation-record.js";
import type { DataRecord } from "../runs/data-record.js";
import type { RunEvaluation } from "../runs/evaluation-record.js";
import type { TestLook } from "../runs/test-looks.js";
import type { EvaluationCharts } from "./evaluation-figures.js";
import type { PageFigure } from "./page.js";
import type { ReportedTraining } from "./run-configuration.js";

/** All that a run's report is made of: what its folder holds, and what is drawn from that. */
export interface RunRecords {
  readonly record: RunRecord;
  /** The training that `record` describes. */
  readonly training: ReportedTraining;
  /** `undefined` in runs of older versions. */
  readonly data: DataRecord | undefined;
  readonly epochs: readonly EpochLogs[];
  /** `undefined` where the run did not reach its end. */
  readonly metrics: Metrics | undefined;
  readonly evaluation: RunEvaluation | undefined;
  /** `undefined` for a run without folds, or one that has not judged all of them. */
  readonly crossValidation: CrossValidationRecord | undefined;
  readonly testLooks: readonly TestLook[];
  /** Accuracy and loss by epoch. */
  readonly curves: readonly Figure[];
  /** The confusion matrix of the cross-validation; none without one. */
  readonly foldCharts: readonly Figure[];
  /** `undefined` without an evaluation. */
  readonly charts: EvaluationCharts | undefined;
  /** Grids of images that the folder keeps, because only the images can give them. */
  readonly grids: { readonly data: readonly PageFigure[]; readonly mistakes: readonly PageFigure[] };
  /** Files that the folder should hold but does not. */
  readonly missing: { readonly data: readonly string[]; readonly mistakes: readonly string[] };
}
