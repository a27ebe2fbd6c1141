import type { EpochSums } from "../callbacks/callback.js";
import type { RunResults } from "./session.js";
import { sumInOrder } from "./sum-in-order.js";

const NO_SUMS: EpochSums = { loss: 0, activity: 0, penalty: 0, correct: 0, samples: 0 };

/** What the steps of an epoch have measured so far, summed in f64 in the order of the samples. */
export class EpochTotals {
  /** @param sums those of the steps before, where an epoch is resumed */
  constructor(private sums: EpochSums = NO_SUMS) {}

  /** Samples trained on. */
  get samples(): number {
    return this.sums.samples;
  }

  /**
   * Mean loss with penalties. Penalties of the two kinds have sums of their own, so that how an epoch is cut into runs
   * does not change the order of any sum.
   */
  get loss(): number {
    const { loss, activity, penalty, samples } = this.sums;
    return (loss + (activity + penalty)) / samples;
  }

  get accuracy(): number {
    return this.sums.correct / this.sums.samples;
  }

  /** Adds what whole batches, and perhaps one smaller batch at the end, measured; `penalties` has one number a batch. */
  add(results: RunResults, penalties: Float64Array, batchSize: number): void {
    const count = results.loss.length;
    let { penalty } = this.sums;
    penalties.forEach((value, step) => {
      penalty += value * Math.min(batchSize, count - step * batchSize);
    });
    this.sums = {
      loss: sumInOrder(this.sums.loss, results.loss),
      activity: sumInOrder(this.sums.activity, results.activity),
      penalty,
      correct: sumInOrder(this.sums.correct, results.correct),
      samples: this.sums.samples + count,
    };
  }

  copy(): EpochTotals {
    return new EpochTotals(this.sums);
  }

  toSums(): EpochSums {
    return this.sums;
  }
}
