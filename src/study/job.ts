import type { Dataset } from "../data/dataset.js";
import type { DatasetDescription } from "../data/describe.js";
import type { Loss } from "../losses/index.js";
import type { Callback } from "../model/callbacks.js";
import type { Model } from "../model/model.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Metrics } from "../runs/records.js";

/** A training: all but `threads` decides its weights, to the last bit. */
export interface Training {
  readonly dataset: Dataset;
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  readonly threads: number | undefined;
  readonly fast: boolean;
  /** The first so many training images; all by default. */
  readonly limit: number | undefined;
}

/** A training to run and keep: what `heddle study` and `heddle train` hand over. */
export interface Job extends Training {
  /** The folder of all runs. */
  readonly runsFolder: string;
  /** What the run is called in its id: `fashion-mnist`. */
  readonly name: string;
  /** What was typed, quoted for a shell. */
  readonly command: string;
  /** Set when the data is a stand-in for what was asked for: why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  readonly signal: AbortSignal;
  readonly events: JobEvents;
}

/** What a job tells while it runs; the command line prints it. */
export interface JobEvents {
  onDescribed(description: DatasetDescription): void;
  onFolder(path: string): void;
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
