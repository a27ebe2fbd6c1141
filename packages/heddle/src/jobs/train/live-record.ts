import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import {
  RUN_FORMAT_VERSION,
  type RunRecord,
  type Stretch,
} from "@heddle/core/internal/records/run-record.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";
import type { Job } from "../job.js";
import type { PreparedJob } from "./prepare-job.js";

/** How this process's work on a run ended. */
export type Outcome = Pick<RunRecord, "status" | "timeSeconds" | "weightsSha256" | "failure">;

/** What `run.json` says while a process works on the run: the record that was there, and this process's stretch. */
export class LiveRecord {
  private stretch: Stretch | undefined;

  constructor(private readonly before: RunRecord) {}

  /** The record at this moment. */
  get now(): RunRecord {
    return this.with(this.stretch);
  }

  /** Starts this process's stretch. */
  beginStretch(threads: number, state: TrainingState | undefined): void {
    this.stretch = {
      startedAt: new Date().toISOString(),
      threads,
      node: process.versions.node,
      from: { epoch: state?.epoch ?? 0, step: state?.underWay?.steps ?? 0 },
    };
  }

  /** The record if the work ends now. */
  ended(outcome: Outcome): RunRecord {
    const finishedAt = new Date().toISOString();
    return {
      ...this.with(this.stretch && { ...this.stretch, stoppedAt: finishedAt }),
      finishedAt,
      ...outcome,
    };
  }

  private with(stretch: Stretch | undefined): RunRecord {
    const { stretches } = this.before;
    return { ...this.before, stretches: stretch ? [...stretches, stretch] : stretches };
  }
}

/** The record of a run that begins. */
export function newRecord(job: Job, id: string, { testSha256, firstWeightsSha256 }: PreparedJob): RunRecord {
  const { name, title, source, classNames } = job.dataset;
  return {
    formatVersion: RUN_FORMAT_VERSION,
    id,
    status: "running",
    command: job.command,
    recipe: recipeOf(job.settings),
    model: job.model.toJson(),
    ...(job.from && { from: { ...job.from, firstWeightsSha256 } }),
    ...(job.checkpoints && { checkpoints: job.checkpoints }),
    versions: { heddle: heddleVersion, node: process.versions.node },
    machine: describeMachine(),
    dataset: {
      name,
      title,
      classNames,
      source,
      trainImages: job.train.count,
      testSha256,
      ...(job.standInFor && { standInFor: job.standInFor }),
    },
    startedAt: new Date().toISOString(),
    timeSeconds: {},
    stretches: [],
  };
}

/** The record of a run that is resumed: what was said about its end no longer holds. */
export function resumedRecord(record: RunRecord): RunRecord {
  const { finishedAt: _, failure: __, ...rest } = record;
  return { ...rest, status: "running" };
}
