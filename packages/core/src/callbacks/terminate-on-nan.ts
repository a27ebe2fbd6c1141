import type { HeddleError } from "../base/errors.js";
import type { Callback, TrainingControl } from "./callback.js";

/**
 * Ends a training whose loss or weights stop being finite, without an error: `fit` returns the epochs before. The model
 * keeps the weights of the last finite epoch.
 *
 * @example
 * const guard = new TerminateOnNaN();
 * await model.fit(data.train, { epochs: 20, callbacks: [guard] });
 * guard.fault?.message; // names the layer and the step
 */
export class TerminateOnNaN implements Callback {
  /** The fault, with layer and step; undefined while all numbers are finite. */
  fault: HeddleError | undefined;

  onTrainBegin(): void {
    this.fault = undefined;
  }

  onNonFinite(fault: HeddleError, training: TrainingControl): void {
    this.fault = fault;
    training.stop();
  }
}
