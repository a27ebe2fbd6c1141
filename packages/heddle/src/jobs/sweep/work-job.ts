import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import type { Json } from "@heddle/core/internal/base/json.js";
import type { QueueTraining, SweepQueue } from "@heddle/core/internal/sweep/queue.js";
import { checkpointPlace, fetchCheckpoint, keepCheckpoint } from "./checkpoint-place.js";
import type { WorkerSetup } from "./messages.js";
import { checkpointName } from "./queue-crew.js";
import { type QueuedTraining, readTraining, type WorkerMessage } from "./queued-training.js";
import { shareCores } from "./share-cores.js";
import { WorkerProcess } from "./worker-process.js";

/** How a machine works on the sweeps of a queue. */
export interface WorkOptions {
  /** How many processes train at once; by default one a core, each on one thread. */
  readonly workers: number | undefined;
  /** Threads of each process. */
  readonly threads: number | undefined;
  /** Where this machine has the data, if not where the coordinator has it. */
  readonly data: string | undefined;
  /** Where this machine has the folder of checkpoints, if not where the coordinator has it. */
  readonly checkpoints: string | undefined;
  /** After how many seconds without a sign of life a training is given to another worker. */
  readonly leaseSeconds: number;
  readonly signal: AbortSignal;
  readonly events: {
    /** When it waits for trainings. */
    onReady(workers: number, threads: number): void;
    onBegin(trial: number, setup: Pick<WorkerSetup, "who">): void;
    onEpoch(trial: number, epoch: number, value: number): void;
    /** How a training ended here: `complete`, say, or `returned` to the queue. */
    onEnd(trial: number, how: string): void;
    onWarning(message: string): void;
  };
}

/**
 * Works on the sweeps of a queue until the signal says so.
 *
 * @throws HeddleError when the queue cannot be used, or a training needs other data or another version than are here
 */
export async function workOnSweeps(queue: SweepQueue, options: WorkOptions): Promise<void> {
  const { signal, leaseSeconds, events } = options;
  const { workers, threads } = shareCores(availableParallelism(), Number.POSITIVE_INFINITY, options);
  const folder = await mkdtemp(join(tmpdir(), "heddle-work-"));
  const worker = new SweepWorker(folder, threads, options);
  const halt = () => worker.stop();
  signal.addEventListener("abort", halt);
  try {
    events.onReady(workers, threads);
    await queue.work({
      slots: workers,
      leaseSeconds,
      signal: AbortSignal.any([signal, worker.refused]),
      train: (training) => worker.train(training),
      onWarning: events.onWarning,
    });
    worker.refused.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", halt);
    worker.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The processes of a machine that works. Each keeps the data of one sweep. */
class SweepWorker {
  private readonly idle: { readonly key: string; readonly process: WorkerProcess }[] = [];
  private readonly busy = new Set<WorkerProcess>();
  private readonly refusal = new AbortController();
  private stopped = false;

  constructor(
    private readonly folder: string,
    private readonly threads: number,
    private readonly options: WorkOptions,
  ) {}

  /** Aborts when a training cannot be trained here: the machine has other data, say. */
  get refused(): AbortSignal {
    return this.refusal.signal;
  }

  stop(): void {
    this.stopped = true;
    for (const process of this.busy) process.stop();
  }

  end(): void {
    for (const process of [...this.busy, ...this.idle.map(({ process }) => process)]) process.end();
  }

  async train(training: QueueTraining): Promise<"done" | "back"> {
    if (this.stopped || this.refused.aborted) return "back";
    if (await training.isWithdrawn()) return "done";
    let process: WorkerProcess;
    let queued: QueuedTraining;
    let setup: WorkerSetup;
    try {
      queued = readTraining(training.data);
      setup = this.setupOf(queued);
      process = await this.take(setup);
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      const message = { kind: "refused", worker: hostname(), message: messageOf(thrown) } as const;
      this.refusal.abort(thrown);
      await training.send(`refused_${randomUUID()}`, message satisfies WorkerMessage as unknown as Json);
      return "back";
    }
    this.busy.add(process);
    if (this.stopped) process.stop();
    let alive = false;
    try {
      const how = await this.trainIn(process, training, queued);
      alive = how !== "died" && how !== "interrupted";
      return how === "interrupted" ? "back" : "done";
    } finally {
      this.busy.delete(process);
      if (alive) this.idle.push({ key: JSON.stringify(setup), process });
      else process.end();
    }
  }

  private setupOf({ setup }: QueuedTraining): WorkerSetup {
    const { data } = this.options;
    return {
      ...setup,
      threads: this.threads,
      data: data === undefined ? setup.data : { ...setup.data, data },
    };
  }

  /** A process that has read the data. */
  private async take(setup: WorkerSetup): Promise<WorkerProcess> {
    const key = JSON.stringify(setup);
    const index = this.idle.findIndex((one) => one.key === key);
    if (index >= 0) return this.idle.splice(index, 1)[0]!.process;
    this.idle.shift()?.process.end();
    return WorkerProcess.start(setup);
  }

  private async trainIn(
    process: WorkerProcess,
    training: QueueTraining,
    queued: QueuedTraining,
  ): Promise<string> {
    const { events, checkpoints } = this.options;
    const { trial, settings, until } = queued;
    const { id } = training;
    const sweep = id.slice(0, id.indexOf("_"));
    const name = checkpointName(sweep, trial, settings.seed);
    const place = checkpointPlace(training, name, queued.checkpoints && (checkpoints ?? queued.checkpoints));
    const folder = join(this.folder, randomUUID());
    const send = (part: string, message: WorkerMessage) =>
      training.send(`${id}_${part}`, message as unknown as Json);
    events.onBegin(trial, queued.setup);
    try {
      let reports = await fetchCheckpoint(place, folder);
      const end = await process.train({ settings, folder }, async (epoch, value) => {
        const before = reports.filter(([one]) => one < epoch);
        reports = [...before, [epoch, Number.isNaN(value) ? null : value]];
        const bytes = await keepCheckpoint(place, folder, reports);
        await send(String(epoch), { kind: "report", training: id, reports, bytes });
        events.onEpoch(trial, epoch, value);
        if (await training.isWithdrawn()) return "stop";
        return until !== undefined && epoch >= until ? "pause" : "continue";
      });
      if (end.kind === "interrupted") await keepCheckpoint(place, folder, reports);
      else if (end.kind !== "paused" && end.kind !== "stopped") {
        await send("end", { kind: "end", training: id, reports, end });
      }
      events.onEnd(trial, end.kind === "interrupted" ? "returned" : end.kind);
      return end.kind;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
