/** What Heddle adds in Node: datasets and pictures on disk, and the folders of runs. */
export * from "./datasets/index.js";
export { changedFiles, datasetOfRun, type OpenedRun, openRun } from "./jobs/open-run.js";
export { type CheckpointFile, Checkpoints } from "./runs/checkpoints.js";
export {
  type EngineVariant,
  type Metrics,
  type RunRecord,
  type RunStatus,
  runStatuses,
  type Stretch,
} from "./runs/records.js";
export { DEFAULT_RUNS_FOLDER, listRuns, type RunFigure, RunFolder } from "./runs/run-folder.js";
export {
  type DamagedRun,
  type RunSummary,
  readRuns,
} from "./runs/run-store.js";
export type { Machine } from "./system/machine.js";
