import { formatBytes } from "@heddle/core/internal/base/format.js";
import type { Json } from "@heddle/core/internal/base/json.js";
import type { CoordinatorQueue, SweepQueue } from "@heddle/core/internal/sweep/queue.js";
import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";
import { heddleVersion } from "../../system/version.js";
import { removeShared } from "./checkpoint-place.js";
import type { Crew, Died, Trainer } from "./crew.js";
import type { HandedTask, TrialEnd } from "./messages.js";
import type { QueuedTraining, WorkerMessage } from "./queued-training.js";

/** How often trainings of which nothing was heard are looked for, and from which silence on. */
const LOOK_MS = 5000;

/** For so many trainings that are at work, one more waits in the queue, so that no worker waits for the coordinator. */
const AHEAD = 8;

/** A training that is handed out. */
interface HandedOut {
  readonly data: QueuedTraining;
  begun: boolean;
  /** The last epoch that was reported. */
  epoch: number;
  /** When something was heard of it. */
  heard: number;
  /** Whether it was not in the queue at the last look: its end may be on the way. */
  missing: boolean;
  readonly onReport: (epoch: number, value: number) => Promise<Verdict>;
  readonly end: (end: TrialEnd | Died) => void;
}

/** What is behind a queue. */
export interface QueueCrewOptions {
  readonly queue: SweepQueue;
  /** The sweep's id, the same whenever it is resumed. */
  readonly sweep: string;
  readonly setup: QueuedTraining["setup"];
  /** A folder that all machines share; checkpoints go through the queue's database if undefined. */
  readonly checkpoints: string | undefined;
  readonly onWarning: (message: string) => void;
  /** Something that is said once. */
  readonly onNote: (message: string) => void;
}

/** Workers behind a queue. */
export class QueueCrew implements Crew {
  private readonly handedOut = new Map<string, HandedOut>();
  private begun = 0;
  /** How many trainings may be handed out that are not yet. */
  private rooms = 0;
  private waiting: (() => void)[] = [];
  private readonly work = new Set<Promise<unknown>>();
  private looking: NodeJS.Timeout | undefined;
  private noted = false;
  private listens = false;
  private queue!: CoordinatorQueue;

  private constructor(private readonly options: QueueCrewOptions) {}

  /** @throws HeddleError when the queue cannot be used, or another coordinator is at work on the sweep */
  static async open(options: QueueCrewOptions): Promise<QueueCrew> {
    const crew = new QueueCrew(options);
    crew.queue = await options.queue.coordinate(options.sweep, {
      onBegin: (training) => crew.markBegun(training),
      onMessage: (message) => crew.hear(message as unknown as WorkerMessage),
      onWarning: options.onWarning,
    });
    crew.lookLater();
    return crew;
  }

  /** Aborts when another coordinator has taken over. */
  get lost(): AbortSignal {
    return this.queue.lost;
  }

  /** @param done whether nothing of the sweep is needed any more */
  async close(done: boolean): Promise<void> {
    clearTimeout(this.looking);
    await Promise.allSettled(this.work);
    await this.queue.close(done);
  }

  async room(signal: AbortSignal): Promise<void> {
    if (!this.listens) signal.addEventListener("abort", () => this.wakeAll());
    this.listens = true;
    while (!signal.aborted && this.rooms + this.handedOut.size - this.begun > this.begun / AHEAD) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.rooms++;
  }

  leave(): void {
    this.rooms--;
    this.waiting.shift()?.();
  }

  async hire(): Promise<Trainer> {
    let stopped = false;
    let current: string | undefined;
    return {
      train: async (task, onReport) => {
        if (stopped) return { kind: "interrupted" };
        current = this.idOf(task);
        return this.train(current, task, onReport);
      },
      stop: () => {
        stopped = true;
        const handed = current === undefined ? undefined : this.handedOut.get(current);
        if (!handed) return;
        this.doing(this.queue.withdraw(current!));
        handed.end({ kind: "interrupted" });
      },
      end: () => {},
    };
  }

  async forget(trial: number, seeds: readonly number[]): Promise<void> {
    const { sweep, checkpoints } = this.options;
    for (const seed of seeds) {
      const name = checkpointName(sweep, trial, seed);
      if (checkpoints === undefined) this.doing(this.queue.forget(name));
      else await removeShared(checkpoints, name);
    }
  }

  private idOf({ trial, settings, until }: HandedTask): string {
    return `${this.options.sweep}_${trial}_${settings.seed}_${until ?? "end"}`;
  }

  private async train(
    id: string,
    { trial, settings, until }: HandedTask,
    onReport: HandedOut["onReport"],
  ): Promise<TrialEnd | Died> {
    const { setup, checkpoints } = this.options;
    const data: QueuedTraining = { heddle: heddleVersion, setup, trial, settings, until, checkpoints };
    try {
      return await new Promise((resolve, reject) => {
        const handed = {
          data,
          begun: false,
          epoch: 0,
          heard: performance.now(),
          missing: false,
          onReport,
          end: resolve,
        };
        this.handedOut.set(id, handed);
        this.doing(this.queue.add(id, data as unknown as Json).catch(reject));
      });
    } finally {
      if (this.handedOut.get(id)!.begun) this.begun--;
      this.handedOut.delete(id);
      this.waiting.shift()?.();
    }
  }

  private markBegun(id: string): void {
    const handed = this.handedOut.get(id);
    if (!handed || handed.begun) return;
    handed.begun = true;
    handed.heard = performance.now();
    this.begun++;
    this.waiting.shift()?.();
  }

  private async hear(message: WorkerMessage): Promise<void> {
    if (message.kind === "refused") {
      this.options.onWarning(
        `The worker ${message.worker} has refused a trial and ended: ${message.message}`,
      );
      return;
    }
    // Of one that has ended: its worker was taken for dead, say, and another one was faster.
    const handed = this.handedOut.get(message.training);
    if (!handed) return;
    this.markBegun(message.training);
    handed.heard = performance.now();
    handed.missing = false;
    let verdict: Verdict = "continue";
    for (const [epoch, value] of message.reports) {
      if (epoch <= handed.epoch || verdict !== "continue") continue;
      handed.epoch = epoch;
      verdict = await handed.onReport(epoch, value ?? Number.NaN);
    }
    if (message.kind === "report") this.noteSize(message.bytes);
    if (verdict === "continue") {
      if (message.kind === "end") handed.end(message.end);
      return;
    }
    // A worker pauses by itself, but what else the sweep decides it does not know.
    if (verdict === "stop") await this.queue.withdraw(message.training);
    handed.end({ kind: verdict === "pause" ? "paused" : "stopped" });
  }

  private noteSize(bytes: number): void {
    const { checkpoints, onNote } = this.options;
    if (this.noted) return;
    this.noted = true;
    const where = checkpoints ? `are kept in ${checkpoints}` : "go through the queue's database";
    onNote(`Checkpoints of ${formatBytes(bytes)} each ${where}.`);
  }

  private lookLater(): void {
    this.looking = setTimeout(() => {
      this.doing(this.look().then(() => this.lookLater()));
    }, LOOK_MS);
  }

  /** Looks for trainings of which nothing was heard: a database that lost its last second has lost what was added in it. */
  private async look(): Promise<void> {
    for (const [id, handed] of this.handedOut) {
      if (performance.now() - handed.heard < LOOK_MS) continue;
      const place = await this.queue.look(id);
      if (place === "begun") this.markBegun(id);
      if (place === "failed") {
        await this.queue.withdraw(id);
        handed.end({ kind: "died", how: "its worker, again and again" });
      }
      if (place === "missing" && handed.missing) await this.queue.add(id, handed.data as unknown as Json);
      handed.missing = place === "missing" && !handed.missing;
    }
  }

  private wakeAll(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private doing(work: Promise<unknown>): void {
    const done = work.catch(() => {}).finally(() => this.work.delete(done));
    this.work.add(done);
  }
}

/** The name of a training's checkpoint. */
export function checkpointName(sweep: string, trial: number, seed: number): string {
  return `${sweep}_${trial}_${seed}`;
}
