import type { OptionRules } from "../base/known-options.js";
import {
  abortSignal,
  above,
  anyObject,
  either,
  listOf,
  type Rule,
  trueOrFalse,
  whole,
} from "../base/rules.js";
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

const numbers: Rule = {
  expected: "a list of numbers or a typed array",
  accepts: (value) => Array.isArray(value) || ArrayBuffer.isView(value),
};

/** What each option must be. Callbacks have errors of their own. */
export const FIT_RULES: OptionRules<FitOptions> = {
  epochs: whole(1),
  batchSize: whole(1),
  shuffle: trueOrFalse,
  initialEpoch: whole(0),
  stepsPerEpoch: whole(1),
  validationData: { expected: "samples or a stream", accepts: (value) => Object(value) === value },
  validationSplit: above(0),
  validationFreq: either(whole(1), listOf("them", whole(1))),
  classWeight: anyObject,
  sampleWeight: numbers,
  verbose: { expected: "0, 1 or 2", accepts: (value) => value === 0 || value === 1 || value === 2 },
  callbacks: { expected: "a list", accepts: (value) => value !== null },
  signal: abortSignal,
};

/** The callbacks of a training: those of the options, checked, and one that prints where `verbose` says so. */
export function callbacksOf({ callbacks = [], verbose = 0 }: EpochOptions): Callback[] {
  const list = checkedCallbacks(callbacks);
  if (verbose !== 0) list.push(verboseLines(verbose, (line) => console.log(line)));
  return list;
}

/** Which epochs, counted from 1, are validated. */
export function validationRule(frequency: number | readonly number[]): (epoch: number) => boolean {
  return (epoch) => (typeof frequency === "number" ? epoch % frequency === 0 : frequency.includes(epoch));
}
