import type { Shape } from "../base/shape.js";
import {
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  type Layer,
  MaxPooling2D,
  RandomTranslation,
  Rescaling,
} from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { Adam, type Optimizer } from "../optimizers/index.js";
import { OneCycle } from "../schedules/index.js";

/** How the study trains. */
interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak of the one-cycle schedule. */
  readonly learningRate: number;
  /** Share of each target that is spread over all classes. */
  readonly labelSmoothing: number;
}

/** How it was chosen, and what else was tried: docs/study.md. */
export const studyRecipe: Recipe = { epochs: 28, batchSize: 64, learningRate: 3e-3, labelSmoothing: 0.1 };

/** Training images move by up to this share of their size: on 28 pixels, half of them by one pixel, the others not. */
const TRANSLATION = 0.025;

/** What the study published, for the comparison in the report. */
export const published = { source: "Published study", testAccuracy: 0.927, trainAccuracy: 0.942 };

/** The optimizer of a recipe. */
export function studyOptimizer(recipe: Recipe): Optimizer {
  return new Adam({ learningRate: new OneCycle(recipe.learningRate) });
}

/** The study's augmentation: whole pixels, and black where nothing was. */
export function studyTranslation(): Layer {
  return new RandomTranslation(TRANSLATION, TRANSLATION, { fillMode: "constant", interpolation: "nearest" });
}

/**
 * The study's CNN for images of a shape: a random translation, in training only, then two convolutions, max-pooling,
 * dropout and a softmax. On 28×28×1 and ten classes it has 50,890 parameters.
 */
export function studyModel(options: { input: Shape; classes: number; seed: number }): Sequential {
  const layers: Layer[] = [
    new Rescaling(1 / 255),
    studyTranslation(),
    new Conv2D(16, 3, { activation: "relu" }),
    new Conv2D(32, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Dropout(0.4),
    new Flatten(),
    new Dense(options.classes, { activation: "softmax" }),
  ];
  return new Sequential([new Input(options.input), ...layers], { name: "study_cnn", seed: options.seed });
}
