import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import type { WeightValues } from "@heddle/core/internal/layers/index.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Job } from "../job.js";
import type { Clock } from "./clock.js";
import type { LiveRecord } from "./live-record.js";
import type { PreparedJob } from "./prepare-job.js";

/** The stages of a run, in their order, as `run.json` names their times. */
export type Stage = "data" | "training" | "folds" | "evaluation" | "report";

/** A run that this process works on: what its stages share. */
export interface RunUnderWay {
  readonly job: Job;
  readonly prepared: PreparedJob;
  readonly folder: RunFolder;
  readonly record: LiveRecord;
  /** Every whole epoch so far, also those of earlier processes; training adds to them. */
  readonly epochs: EpochLogs[];
  /** Where training starts; undefined for the beginning. */
  readonly state: TrainingState | undefined;
  /** The weights of the model before any training. */
  readonly firstWeights: readonly WeightValues[];
  readonly clock: Clock;
}
