import type { JsonObject } from "@heddle/core/internal/base/json.js";
import type { Callback, TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import type { Metrics } from "../runs/records.js";

/** How often checkpoints are written, and how many stay. */
export interface CheckpointRule {
  /** Beside those behind every epoch; none by default. */
  readonly every?: { readonly steps: number } | { readonly seconds: number } | undefined;
  /** How many of the last ones are kept; 2 by default. */
  readonly keep?: number | undefined;
}

/** A training to run and keep: what `heddle study` and `heddle train` hand over. */
export interface Job extends Training {
  /** The folder of all runs. */
  readonly runsFolder: string;
  /** What the run is called in its id: `fashion-mnist`. */
  readonly name: string;
  /** What was typed, quoted for a shell. */
  readonly command: string;
  /** The settings that it was made from, so that `heddle train RUN` can take them up again. */
  readonly recipe?: JsonObject;
  /** Set when the data is a stand-in for what was asked for: why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  /** When checkpoints are written and how many stay: after every epoch, the last two and the best, by default. */
  readonly checkpoints?: CheckpointRule | undefined;
  /** Whether event files for TensorBoard are written beside; not by default. */
  readonly tensorBoard?: boolean;
  readonly signal: AbortSignal;
  readonly events: JobEvents;
}

/** What a job tells while it runs; the command line prints it. */
export interface JobEvents {
  onDescribed(description: DatasetDescription): void;
  onFolder(path: string): void;
  /** When a run goes on, from its last checkpoint or, where there was none, from the start. */
  onResumed?(state: TrainingState | undefined): void;
  onModel(summary: string, engine: { readonly variant: string; readonly threads: number }): void;
  readonly training: Callback;
  onStage(stage: "evaluating" | "writing the report"): void;
}

/** A finished job. */
export interface JobResult {
  /** The run's folder. */
  readonly folder: string;
  readonly reportPath: string;
  readonly metrics: Metrics;
}
