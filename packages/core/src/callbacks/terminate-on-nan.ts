import type { HeddleError } from "../base/errors.js";
import type { Callback, TrainingControl } from "./callback.js";

/**
 * Ends a training whose loss or weights are no finite numbers without an error: `fit` returns the epochs before. The
 * model keeps the weights of the last finite epoch.
 */
export class TerminateOnNaN implements Callback {
  /** What was found, with layer and step; undefined while all is well. */
  fault: HeddleError | undefined;

  onTrainBegin(): void {
    this.fault = undefined;
  }

  onNonFinite(fault: HeddleError, training: TrainingControl): void {
    this.fault = fault;
    training.stop();
  }
}
