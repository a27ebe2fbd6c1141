import { HeddleError } from "../base/errors.js";
import { wholeNumber } from "../base/shape.js";
import type { Callback } from "../callbacks/callback.js";
import { checkedCallbacks } from "./check-callbacks.js";
import { verboseLines } from "./progress-lines.js";
import type { ValidationOptions, Weighting } from "./sample-weights.js";

/** How epochs are trained. */
export interface EpochOptions {
  /**
   * Passes over the data.
   *
   * @defaultValue 1
   */
  readonly epochs?: number;
  /**
   * Samples of a step. The last step of an epoch takes the samples that remain.
   *
   * @defaultValue 32
   */
  readonly batchSize?: number;
  /**
   * Whether each epoch has a new order of samples, drawn from the model's seed. Streams keep their own order.
   *
   * @defaultValue true
   */
  readonly shuffle?: boolean;
  /**
   * Epochs that count as done: training starts with the epoch after them and ends after `epochs` in all, with the order
   * of samples that those epochs have in an uninterrupted training.
   *
   * @defaultValue 0
   */
  readonly initialEpoch?: number;
  /**
   * Batches of an epoch. The next epoch continues where the last one ended, and a new pass begins when the data has
   * been used up.
   *
   * @defaultValue a whole pass over the data
   */
  readonly stepsPerEpoch?: number;
  /**
   * Validates after every n-th epoch, or after the epochs in the list, counted from 1.
   *
   * @defaultValue 1
   */
  readonly validationFreq?: number | readonly number[];
  /**
   * Prints nothing (0), or lines for each epoch with a bar (1) or without (2).
   *
   * @defaultValue 0
   */
  readonly verbose?: 0 | 1 | 2;
  /**
   * Called in this order at each event.
   *
   * @defaultValue none
   */
  readonly callbacks?: readonly Callback[];
  /** Stops after the current step; `fit` then rejects with AbortedError, and the model keeps what it has learnt. */
  readonly signal?: AbortSignal;
}

/** The options of `fit`: how it trains, what it validates on, and how much each sample counts. */
export type FitOptions = EpochOptions & ValidationOptions & Weighting;

/** The callbacks of a training: those of the options, checked, and one that prints where `verbose` says so. */
export function callbacksOf({ callbacks = [], verbose = 0 }: EpochOptions): Callback[] {
  const list = checkedCallbacks(callbacks);
  if (![0, 1, 2].includes(verbose)) {
    throw new HeddleError({
      who: "fit",
      expected: "verbose to be 0, 1 or 2",
      received: String(verbose),
      next: "Correct verbose.",
    });
  }
  if (verbose !== 0) list.push(verboseLines(verbose, (line) => console.log(line)));
  return list;
}

/** Which epochs, counted from 1, are validated. */
export function validationRule(frequency: number | readonly number[]): (epoch: number) => boolean {
  if (Array.isArray(frequency)) {
    for (const epoch of frequency) wholeNumber("fit", "each epoch of validationFreq", epoch);
    return (epoch) => frequency.includes(epoch);
  }
  const every = wholeNumber("fit", "validationFreq", frequency);
  return (epoch) => epoch % every === 0;
}
