/** What Heddle adds in Node: datasets and pictures on disk, and the folders of runs. */

import { setPictureDecoder } from "@heddle/core/internal/pictures/picture-source.js";
import { decodeSource } from "./datasets/picture.js";

setPictureDecoder(decodeSource);

export type { EngineVariant, Metrics } from "@heddle/core/internal/records/metrics-record.js";
export {
  type BaseRecord,
  type RunRecord,
  type RunStatus,
  runStatuses,
  type Stretch,
} from "@heddle/core/internal/records/run-record.js";
export type { RunTags, TagChange } from "@heddle/core/internal/records/run-tags.js";
export type { ImageFolderListing } from "./datasets/image-folder-list.js";
export * from "./datasets/index.js";
export type { ListedPicture } from "./datasets/picture-tree.js";
export { changedFiles, datasetOfRun, type EngineChoice, type OpenedRun, openRun } from "./jobs/open-run.js";
export { type CheckpointFile, type CheckpointRule, Checkpoints } from "./runs/checkpoints.js";
export type { CrossValidationRecord, FoldRecord } from "./runs/cross-validation-record.js";
export type { DataRecord } from "./runs/data-record.js";
export type { RunEvaluation } from "./runs/evaluation-record.js";
export { DEFAULT_RUNS_FOLDER, RunFolder } from "./runs/run-folder.js";
export { listRuns } from "./runs/run-list.js";
export {
  type DamagedRun,
  type RunSummary,
  readRuns,
} from "./runs/run-store.js";
export type { TestLook } from "./runs/test-looks.js";
export { JOURNAL_NAME, JournalFile, readJournalFile } from "./sweep/journal-file.js";
export type { Machine } from "./system/machine.js";
