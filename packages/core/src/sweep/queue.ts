import type { Json } from "../base/json.js";

/**
 * Carries the trainings of sweeps to workers on any number of machines, and their messages back. `@heddle/sweep-bullmq` has
 * one on Redis and one on PostgreSQL.
 */
export interface SweepQueue {
  /** Where it is, without a password, for people. */
  readonly place: string;
  /**
   * Becomes the one coordinator of a sweep. A sweep has one at a time, wherever it runs.
   *
   * @param sweep the sweep's id, the same whenever it is resumed
   * @throws HeddleError when another one is at work
   */
  coordinate(sweep: string, events: CoordinatorEvents): Promise<CoordinatorQueue>;
  /**
   * Works on the trainings of all sweeps until the signal says so. A training whose worker shows no sign of life is begun
   * again by another worker.
   *
   * @throws HeddleError when the queue cannot be used
   */
  work(options: QueueWorkOptions): Promise<void>;
  /** Closes the connections. */
  close(): Promise<void>;
}

/** What a coordinator hears of its queue. */
export interface CoordinatorEvents {
  /** A worker has begun a training. */
  onBegin(training: string): void;
  /** A worker has sent a message, which is delivered again if this fails. */
  onMessage(message: Json): Promise<void>;
  /** The queue cannot be reached, say, and is tried again. */
  onWarning(message: string): void;
}

/** Where a training is: `missing` also after its end. */
export type TrainingPlace = "waiting" | "begun" | "failed" | "missing";

/** The queue of a sweep, as its coordinator sees it. Each call is repeated until the queue can be reached. */
export interface CoordinatorQueue {
  /** Aborts when another coordinator has taken over: from then on this one must not write. */
  readonly lost: AbortSignal;
  /** Adds a training. One that is in the queue already stays as it is. */
  add(training: string, data: Json): Promise<void>;
  look(training: string): Promise<TrainingPlace>;
  /** Removes a training that nobody works on; one that is at work ends after its next report. */
  withdraw(training: string): Promise<void>;
  /** Removes a training's checkpoint. */
  forget(checkpoint: string): Promise<void>;
  /** Lets another one coordinate. With `done`, everything of the sweep is removed. */
  close(done: boolean): Promise<void>;
}

/** How a worker takes trainings. */
export interface QueueWorkOptions {
  /** How many at once. */
  readonly slots: number;
  /** After how many seconds without a sign of life a training is given to another worker. */
  readonly leaseSeconds: number;
  /** Ends the work: trainings are put back. */
  readonly signal: AbortSignal;
  /** Trains, and says whether that is `done` or is to be put `back` for another worker. */
  train(training: QueueTraining): Promise<"done" | "back">;
  onWarning(message: string): void;
}

/** A training, as its worker sees it. Each call is repeated until the queue can be reached. */
export interface QueueTraining {
  readonly id: string;
  readonly data: Json;
  /** Sends a message to the sweep's coordinator. Of one with the same name that waits for it, nothing more is sent. */
  send(name: string, message: Json): Promise<void>;
  /** Whether the coordinator has withdrawn it. */
  isWithdrawn(): Promise<boolean>;
  /** Keeps a checkpoint in the place of the one before. */
  keep(checkpoint: string, bytes: Uint8Array): Promise<void>;
  /** The checkpoint that was kept last. */
  kept(checkpoint: string): Promise<Uint8Array | undefined>;
}
