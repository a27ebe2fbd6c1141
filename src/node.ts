/** What Heddle adds in Node: datasets and pictures on disk, and the folders of runs. */
export * from "./data/index-node.js";
export type { Machine } from "./runs/machine.js";
export {
  type EngineVariant,
  type Metrics,
  type RunRecord,
  type RunStatus,
  runStatuses,
} from "./runs/records.js";
export { DEFAULT_RUNS_FOLDER, listRuns, type RunFigure, RunFolder } from "./runs/run-folder.js";
export { changedFiles, datasetOfRun, type OpenedRun, openRun } from "./study/open-run.js";
