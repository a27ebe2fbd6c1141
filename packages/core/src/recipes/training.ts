import type { Dataset } from "../data/dataset.js";
import type { StreamedSplits } from "../data/streams/streamed-set.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../model/model.js";
import type { Optimizer } from "../optimizers/index.js";

/** A training: everything but `threads` decides its weights, to the last bit. */
export interface Training extends TrainingPlan {
  readonly dataset: Dataset;
  /** Set where images stay on disk: all of them; `dataset` then holds the first ones. */
  readonly streams?: StreamedSplits | undefined;
  /** Threads to compute on; every core where undefined. */
  readonly threads: number | undefined;
}

/** How a model is trained, whatever its data. */
export interface TrainingPlan {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  readonly fast: boolean;
  /** How many training images to use, chosen as `limitedImages` says; all where undefined. */
  readonly limit: number | undefined;
  /** Share of those images that is held out to validate on; none by default. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a lower validation loss after which training stops with the best epoch's weights; never by default. */
  readonly earlyStopping?: number | undefined;
  /** Whether images of rare classes count more, so that each class counts the same; not by default. */
  readonly classWeights?: "balanced" | undefined;
}
