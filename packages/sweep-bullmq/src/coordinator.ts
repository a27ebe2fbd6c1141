import { randomUUID } from "node:crypto";
import type { Json } from "@heddle/core/internal/base/json.js";
import type { CoordinatorEvents, CoordinatorQueue, TrainingPlace } from "@heddle/core/sweep";
import type { Backend, BullQueue, Part } from "./backend.js";
import { Insistent } from "./insist.js";
import { Lease } from "./lease.js";
import { checkpointKey, keysOf, leaseKey, messagesOf, sweepOf, TRAININGS, withdrawnKey } from "./names.js";

/** So many messages share a write to the journal. Each has all reports so far, so that their order does not matter. */
const MESSAGES_AT_ONCE = 64;
/** How long the messages that a coordinator was reading when it was killed wait for the next one. */
const MESSAGE_LOCK_MS = 6000;
/** How often a message may have been read by a coordinator that was killed. */
const MOST_STALLED = 1000;

/** A sweep's end of the queue: trainings go into one that all sweeps share, messages come from one of its own. */
export class BullCoordinator implements CoordinatorQueue {
  private constructor(
    private readonly backend: Backend,
    private readonly sweep: string,
    private readonly lease: Lease,
    private readonly insistent: Insistent,
    private readonly ended: AbortController,
    private readonly trainings: BullQueue,
    private readonly listening: readonly Part[],
  ) {}

  /** @throws HeddleError when another coordinator is at work on the sweep */
  static async open(
    backend: Backend,
    place: string,
    sweep: string,
    { onBegin, onMessage, onWarning }: CoordinatorEvents,
  ): Promise<BullCoordinator> {
    const ended = new AbortController();
    const insistent = new Insistent(place, onWarning, ended.signal);
    const lease = await Lease.take(backend.store, leaseKey(sweep), randomUUID(), (work) =>
      insistent.call(work),
    );
    const trainings = backend.queue(TRAININGS);
    const begun = backend.events(TRAININGS);
    begun.on("active", ({ jobId }) => {
      if (sweepOf(jobId) === sweep) onBegin(jobId);
    });
    const messages = backend.worker(
      messagesOf(sweep),
      async ({ data }) => {
        lease.lost.throwIfAborted();
        await onMessage(data as Json);
      },
      {
        concurrency: MESSAGES_AT_ONCE,
        lockDuration: MESSAGE_LOCK_MS,
        stalledInterval: MESSAGE_LOCK_MS / 2,
        maxStalledCount: MOST_STALLED,
      },
    );
    for (const part of [trainings, begun, messages]) part.on("error", (thrown) => insistent.warn(thrown));
    return new BullCoordinator(backend, sweep, lease, insistent, ended, trainings, [begun, messages]);
  }

  get lost(): AbortSignal {
    return this.lease.lost;
  }

  async add(training: string, data: Json): Promise<void> {
    const { backend, insistent, trainings } = this;
    await insistent.call(() => backend.store.remove([withdrawnKey(training)]));
    await insistent.call(() => trainings.add("training", data, { jobId: training, removeOnComplete: true }));
  }

  async look(training: string): Promise<TrainingPlace> {
    const job = await this.insistent.call(() => this.trainings.getJob(training));
    if (!job) return "missing";
    const state = await this.insistent.call(() => job.getState());
    if (state === "failed") return "failed";
    if (state === "active") return "begun";
    return state === "unknown" || state === "completed" ? "missing" : "waiting";
  }

  async withdraw(training: string): Promise<void> {
    const { backend, insistent, trainings } = this;
    await insistent.call(() => backend.store.set(withdrawnKey(training), new Uint8Array([1])));
    // One that is at work cannot be removed: its worker looks for the mark.
    await insistent.call(async () => {
      const job = await trainings.getJob(training);
      await job?.remove().catch((thrown: Error) => {
        if (!/lock/i.test(thrown.message)) throw thrown;
      });
    });
  }

  async forget(checkpoint: string): Promise<void> {
    await this.insistent.call(() => this.backend.store.remove([checkpointKey(this.sweep, checkpoint)]));
  }

  async close(done: boolean): Promise<void> {
    this.ended.abort();
    const { backend, sweep, lease, listening, trainings } = this;
    const quietly = (work: Promise<unknown>) => work.catch(() => {});
    await Promise.all(listening.map((part) => quietly(part.close())));
    if (done && !lease.lost.aborted) {
      const messages = backend.queue(messagesOf(sweep));
      await quietly(messages.obliterate({ force: true }));
      await quietly(messages.close());
    }
    await quietly(lease.release());
    if (done && !lease.lost.aborted) await quietly(backend.store.removeAll(keysOf(sweep)));
    await quietly(trainings.close());
  }
}
