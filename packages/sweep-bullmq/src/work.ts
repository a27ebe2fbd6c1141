import type { Json } from "@heddle/core/internal/base/json.js";
import type { QueueTraining, QueueWorkOptions } from "@heddle/core/sweep";
import { WaitingError } from "bullmq";
import type { Backend, BullQueue } from "./backend.js";
import { Insistent } from "./insist.js";
import { checkpointKey, messagesOf, sweepOf, TRAININGS, withdrawnKey } from "./names.js";

/** How often a training may lose its worker before it counts as failed: machines come and go. */
const MOST_STALLED = 20;

/** Takes trainings until the signal says so. */
export async function work(
  backend: Backend,
  place: string,
  { slots, leaseSeconds, signal, train, onWarning }: QueueWorkOptions,
): Promise<void> {
  const ended = new AbortController();
  const insistent = new Insistent(place, onWarning, ended.signal);
  const outboxes = new Map<string, BullQueue>();
  const outbox = (sweep: string) => {
    let queue = outboxes.get(sweep);
    if (!queue) {
      queue = backend.queue(messagesOf(sweep));
      queue.on("error", (thrown) => insistent.warn(thrown));
      outboxes.set(sweep, queue);
    }
    return queue;
  };
  const worker = backend.worker(
    TRAININGS,
    async (job, token) => {
      const training = trainingOf(job.id!, job.data as Json);
      if ((await train(training)) === "done") return;
      await job.moveToWait(token);
      throw new WaitingError();
    },
    {
      concurrency: slots,
      lockDuration: 1000 * leaseSeconds,
      stalledInterval: 500 * leaseSeconds,
      maxStalledCount: MOST_STALLED,
    },
  );
  const trainingOf = (id: string, data: Json): QueueTraining => {
    const { store } = backend;
    const call = <T>(doing: () => Promise<T>) => insistent.call(doing);
    const sweep = sweepOf(id);
    return {
      id,
      data,
      send: async (name, message) => {
        const options = { jobId: name, removeOnComplete: true, removeOnFail: true };
        await call(() => outbox(sweep).add("message", message, options));
      },
      isWithdrawn: async () => (await call(() => store.get(withdrawnKey(id)))) !== undefined,
      keep: (checkpoint, bytes) => call(() => store.set(checkpointKey(sweep, checkpoint), bytes)),
      kept: (checkpoint) => call(() => store.get(checkpointKey(sweep, checkpoint))),
    };
  };
  worker.on("error", (thrown) => insistent.warn(thrown));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  // Waits for the trainings, which end at their next clean point.
  await worker.close().catch(() => {});
  ended.abort();
  await Promise.all([...outboxes.values()].map((queue) => queue.close().catch(() => {})));
}
