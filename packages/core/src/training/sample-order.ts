import { Random, shuffle } from "../base/random.js";

/**
 * Which samples the steps of each epoch take: passes over the data, each in a new order. An epoch is one pass, or
 * `stepsPerEpoch` batches, and the next one then continues where it ended. The last batch of a pass takes the samples
 * that remain.
 */
export class SampleOrder {
  /** Steps of an epoch. */
  readonly steps: number;
  private readonly order: Int32Array;
  private pass: number;
  /** Samples of the pass that have been taken. */
  private taken: number;

  constructor(
    private readonly options: {
      readonly samples: number;
      readonly batchSize: number;
      readonly stepsPerEpoch: number | undefined;
      readonly shuffle: boolean;
      readonly seed: number;
      /** Earlier passes of the model; each has its own order. */
      readonly passesBefore: number;
    },
  ) {
    const { samples, batchSize, stepsPerEpoch } = options;
    this.steps = stepsPerEpoch ?? Math.ceil(samples / batchSize);
    this.order = Int32Array.from({ length: samples }, (_, index) => index);
    this.pass = options.passesBefore;
    this.taken = samples;
  }

  /** The rows of the next epoch, cut where a pass ends. */
  nextEpoch(): Int32Array[] {
    const { samples, batchSize, seed } = this.options;
    const parts: Int32Array[] = [];
    for (let steps = this.steps; steps > 0; ) {
      if (this.taken >= samples) {
        if (this.options.shuffle) shuffle(this.order, new Random(seed, "shuffle", this.pass));
        this.pass++;
        this.taken = 0;
      }
      const end = Math.min(samples, this.taken + steps * batchSize);
      parts.push(this.order.slice(this.taken, end));
      steps -= Math.ceil((end - this.taken) / batchSize);
      this.taken = end;
    }
    return parts;
  }
}
