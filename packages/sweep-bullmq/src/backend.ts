import type { Job, WorkerOptions } from "bullmq";
import type { Store } from "./store.js";

/** What all parts of a queue have in common. */
export interface Part {
  on(event: "error", hear: (thrown: Error) => void): unknown;
  close(): Promise<void>;
}

/** Of BullMQ's queue, what is used here. */
export interface BullQueue extends Part {
  add(name: string, data: unknown, options: BullJobOptions): Promise<unknown>;
  getJob(id: string): Promise<Pick<Job, "getState" | "remove"> | undefined>;
  obliterate(options: { readonly force: boolean }): Promise<void>;
}

interface BullJobOptions {
  readonly jobId: string;
  readonly removeOnComplete?: boolean;
  readonly removeOnFail?: boolean;
}

/** Of BullMQ's events, what is used here. */
export interface BullEvents extends Part {
  on(event: "error", hear: (thrown: Error) => void): unknown;
  on(event: "active", hear: (event: { readonly jobId: string }) => void): unknown;
}

export type BullWorkerOptions = Required<
  Pick<WorkerOptions, "concurrency" | "lockDuration" | "stalledInterval" | "maxStalledCount">
>;

/** BullMQ on one database. */
export interface Backend {
  readonly store: Store;
  queue(name: string): BullQueue;
  events(name: string): BullEvents;
  worker(
    name: string,
    process: (job: Job, token: string | undefined) => Promise<void>,
    options: BullWorkerOptions,
  ): Part;
  /** Closes what the parts share. */
  close(): Promise<void>;
}
