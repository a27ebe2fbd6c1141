import type { Callback, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { BaseRecord } from "@heddle/core/internal/records/run-record.js";
import type { CheckpointRule } from "../runs/checkpoints.js";
import type { FoldRecord } from "../runs/cross-validation-record.js";

/** A training to run and keep. */
export interface Job extends Training {
  /** The folder of all runs. */
  readonly runsFolder: string;
  /** What the run is called in its id: `fashion-mnist`. */
  readonly name: string;
  /** What started it, for people to read and repeat: a command, quoted for a shell. */
  readonly command: string;
  /** The settings that it was made from; the run keeps them. */
  readonly settings: ResolvedSettings;
  /** The model that it is fine-tuned from. */
  readonly from?: BaseRecord | undefined;
  /** Set when the data stands in for other data: which, and why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  /** When checkpoints are written and how many are kept: by default after every epoch, the last two and the best. */
  readonly checkpoints?: CheckpointRule | undefined;
  /** Whether event files for TensorBoard are written, too; not by default. */
  readonly tensorBoard?: boolean;
  readonly signal: AbortSignal;
  readonly events: JobEvents;
}

/** What a job reports while it runs. */
export interface JobEvents {
  onDescribed(description: DatasetDescription): void;
  onFolder(path: string): void;
  /** When a run is resumed, from its last checkpoint or, if it has none, from the start. */
  onResumed?(state: TrainingState | undefined): void;
  onModel(summary: string, engine: Metrics["engine"]): void;
  readonly training: Callback;
  /** When the model of a fold is trained; folds count from 1. Returns what follows its training. */
  onFold?(number: number, of: number): Callback;
  onFoldEnd?(fold: FoldRecord & { readonly number: number; readonly of: number }): void;
  onStage(stage: "evaluating" | "writing the report"): void;
  /** For what of the run is damaged and skipped, with a sentence. */
  onWarning?(message: string): void;
}

/** A finished job. */
export interface JobResult {
  /** The run's folder. */
  readonly folder: string;
  readonly reportPath: string;
  readonly metrics: Metrics;
  /** Seconds of each stage, those of earlier processes included. */
  readonly timeSeconds: Readonly<Record<string, number>>;
}
