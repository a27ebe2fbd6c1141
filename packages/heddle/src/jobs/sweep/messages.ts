import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";

/** What the objective of a trial is: measured on held-out images, never on the test set. */
export type Objective = "accuracy" | "loss";

/** The data of a sweep, as every process of it reads it. */
export interface SweepData {
  /** A dataset's name, or where it is; Fashion-MNIST if undefined. */
  readonly data: string | undefined;
  readonly offline: boolean;
  readonly form: FormOptions;
  /** How many training pictures of a folder to decode; all if undefined. */
  readonly limit: number | undefined;
  /** SHA-256 of its files, or of what it is generated from. A process that reads other data refuses. */
  readonly fingerprint: string;
}

/** What a process of a sweep needs to know once. */
export interface WorkerSetup {
  readonly data: SweepData;
  readonly objective: Objective;
  readonly threads: number;
  /** The model's source, for errors. */
  readonly who: string;
}

/** A training of a trial: one with one seed. */
export interface TrialTask {
  readonly settings: ResolvedSettings;
  /** Where its checkpoint is kept. */
  readonly folder: string;
  /** Where its weights and its history are kept once it is complete; nowhere if undefined. */
  readonly keep?: string | undefined;
}

/** A training, as the coordinator hands it out. */
export interface HandedTask extends TrialTask {
  readonly trial: number;
  /** After which epoch it pauses; undefined where it runs to its end. */
  readonly until: number | undefined;
}

/** How a training ended. */
export type TrialEnd =
  | { readonly kind: "complete"; readonly value: number; readonly weightsSha256: string }
  | { readonly kind: "paused" | "stopped" | "interrupted" }
  | { readonly kind: "failed"; readonly message: string };

/** From the coordinator to one of its processes. */
export type ToWorker =
  | { readonly kind: "setup"; readonly setup: WorkerSetup }
  | { readonly kind: "train"; readonly task: TrialTask }
  /** The answer to a report. */
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** Stop at the next clean point. */
  | { readonly kind: "stop" };

/** From a process of a sweep to the coordinator. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly message: string }
  /** The objective after an epoch, whose checkpoint is on the disk. */
  | { readonly kind: "report"; readonly epoch: number; readonly value: number }
  | { readonly kind: "end"; readonly end: TrialEnd };
