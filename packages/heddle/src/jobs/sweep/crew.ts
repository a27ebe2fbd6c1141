import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";
import type { HandedTask, TrialEnd } from "./messages.js";

/** How a training may end without a word, apart from the ends that it reports itself. */
export interface Died {
  readonly kind: "died";
  /** `signal SIGKILL`, or `exit code 134`. */
  readonly how: string;
}

/** Trains one trial after the other. */
export interface Trainer {
  /**
   * Trains a trial.
   *
   * @param onReport called with the objective after each epoch; the training waits for its answer
   */
  train(
    task: HandedTask,
    onReport: (epoch: number, value: number) => Promise<Verdict>,
  ): Promise<TrialEnd | Died>;
  /** Asks for an end at the next clean point: a training then ends as interrupted. */
  stop(): void;
  /** Ends at once. */
  end(): void;
}

/** Who trains a sweep's trials: processes of this machine, or workers behind a queue. */
export interface Crew {
  /** Waits until one more training can be taken on, and keeps its place. */
  room(signal: AbortSignal): Promise<void>;
  /** Gives the place back: the training has been taken on, or there is none. */
  leave(): void;
  /** @throws HeddleError when it cannot train at all: the data cannot be read, say */
  hire(): Promise<Trainer>;
  /** Removes the checkpoints of a trial that has ended. */
  forget(trial: number, seeds: readonly number[]): Promise<void>;
  /** Aborts when another coordinator has taken over. */
  readonly lost?: AbortSignal;
  /** @param done whether nothing of the sweep is needed any more */
  close(done: boolean): Promise<void>;
}
