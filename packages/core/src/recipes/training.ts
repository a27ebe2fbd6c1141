import type { Dataset } from "../data/dataset.js";
import type { StreamedSplits } from "../data/streams/streamed-set.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../model/model.js";
import type { Optimizer } from "../optimizers/index.js";

/** A training: all but `threads` decides its weights, to the last bit. */
export interface Training {
  readonly dataset: Dataset;
  /** Set where images stay on disk (`--stream`): all of them; `dataset` then holds the first ones. */
  readonly streams?: StreamedSplits | undefined;
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  readonly threads: number | undefined;
  readonly fast: boolean;
  /** How many training images, chosen as `limitedImages` says; all by default. */
  readonly limit: number | undefined;
  /** Share of those images that is held out and validated on; none by default. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a lower validation loss before training stops with the best epoch's weights; never by default. */
  readonly earlyStopping?: number | undefined;
  /** Whether images of rare classes count more, so that each class counts the same; not by default. */
  readonly classWeights?: "balanced" | undefined;
}
