import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, type Json } from "@heddle/core/internal/base/json.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { heddleVersion } from "../../system/version.js";
import type { Died } from "./crew.js";
import type { TrialEnd, WorkerSetup } from "./messages.js";

/** A training, as a worker receives it. */
export interface QueuedTraining {
  /** The coordinator's version: another one gives other bits. */
  readonly heddle: string;
  readonly setup: Omit<WorkerSetup, "threads">;
  readonly trial: number;
  readonly settings: ResolvedSettings;
  /** After which epoch it pauses; missing where it runs to its end. */
  readonly until?: number | undefined;
  /** The folder of checkpoints that all machines share; they go through the queue's database if it is missing. */
  readonly checkpoints?: string | undefined;
}

/**
 * The objective after each epoch so far, those of earlier workers included: a message may be lost with the coordinator that
 * was reading it. NaN, which JSON does not have, is null.
 */
export type WorkerReports = readonly (readonly [epoch: number, value: number | null])[];

/** From a worker to the coordinator. */
export type WorkerMessage =
  | {
      readonly kind: "report";
      readonly training: string;
      readonly reports: WorkerReports;
      /** Of its checkpoint. */
      readonly bytes: number;
    }
  | {
      readonly kind: "end";
      readonly training: string;
      readonly reports: WorkerReports;
      readonly end: TrialEnd | Died;
    }
  | { readonly kind: "refused"; readonly worker: string; readonly message: string };

/** @throws HeddleError when the coordinator is of another version */
export function readTraining(json: Json): QueuedTraining {
  const heddle = isJsonObject(json) ? json["heddle"] : undefined;
  if (heddle === heddleVersion) return json as unknown as QueuedTraining;
  throw new HeddleError({
    who: "Sweep",
    expected: `Heddle ${String(heddle)}, as its coordinator has it, because another version gives different bits`,
    received: heddleVersion,
    next: "Install the same version on every machine.",
  });
}
