import type { Shape } from "../base/shape.js";
import type { Dataset, ImageSet } from "../data/dataset.js";
import type { Images } from "../data/images.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../model/model.js";
import type { Optimizer } from "../optimizers/index.js";

/** A training: everything but `threads` decides its weights, to the last bit. */
export interface Training extends TrainingPlan, TrainingImages {
  /** All of its data; `train` and `validation` are chosen from the dataset's training images. */
  readonly dataset: Dataset<Images>;
  /** Threads to compute on; one per core if undefined. */
  readonly threads: number | undefined;
  /** The input that the model was written for, if a Reshape was put before it to take the images. */
  readonly writtenInput?: Shape | undefined;
  /** Whether the model's JSON did not know the size of its input, so that it has that of the images. */
  readonly takesAnySize?: boolean | undefined;
}

/** The images of a training. */
export interface TrainingImages {
  /** The images to train on. */
  readonly train: Images;
  /** The images that are held out of them; undefined without a validation split. */
  readonly validation: ImageSet | undefined;
}

/** How a trained model with a new head is fine-tuned: the head is trained alone at first, then every layer. */
export interface FineTuning {
  /** Epochs in which only the head is trained. */
  readonly frozenEpochs: number;
  /** Of those epochs. */
  readonly headOptimizer: Optimizer;
}

/** How a model is trained, whatever its data. */
export interface TrainingPlan {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  readonly fast: boolean;
  /** How many training images to use, chosen by `limitedImages`; all of them if undefined. */
  readonly limit: number | undefined;
  /** The share of those images that is held out for validation; none if undefined. */
  readonly validationSplit?: number | undefined;
  /**
   * After how many epochs without a lower validation loss training stops, with the weights of the best epoch; never if
   * undefined.
   */
  readonly earlyStopping?: number | undefined;
  /** `"balanced"` if images of rare classes weigh more, so that all classes count the same. */
  readonly classWeights?: "balanced" | undefined;
  /** How a trained model is fine-tuned; undefined for one that is trained from scratch. */
  readonly fineTuning?: FineTuning | undefined;
}
