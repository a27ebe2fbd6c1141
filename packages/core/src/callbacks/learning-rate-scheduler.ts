import { HeddleError } from "../base/errors.js";
import type { Callback, TrainingControl } from "./callback.js";

/**
 * Sets the learning rate at the start of every epoch.
 *
 * @example
 * const callbacks = [new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9))];
 */
export class LearningRateScheduler implements Callback {
  /** @param schedule returns an epoch's rate from the epoch's number, counted from 0 as in Keras, and the current rate */
  constructor(private readonly schedule: (epoch: number, learningRate: number) => number) {
    if (typeof schedule === "function") return;
    throw new HeddleError({
      who: "LearningRateScheduler",
      expected: "a function of the epoch and the learning rate",
      received: typeof schedule,
      next: "Pass a function here, or a schedule to the optimizer.",
    });
  }

  onEpochBegin(epoch: number, training: TrainingControl): void {
    training.setLearningRate(this.schedule(epoch - 1, training.learningRate));
  }
}
