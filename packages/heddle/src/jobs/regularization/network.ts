import type { Shape } from "@heddle/core/internal/base/shape.js";
import {
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  type Layer,
  MaxPooling2D,
  Rescaling,
} from "@heddle/core/internal/layers/index.js";
import { Sequential } from "@heddle/core/internal/model/sequential.js";
import { Input } from "@heddle/core/internal/network/input.js";
import { studyTranslation } from "@heddle/core/internal/recipes/study-recipe.js";
import { L1L2 } from "@heddle/core/internal/regularizers/index.js";

/** How the output of the second convolution is made smaller before the dense layer, which decides a network's speed. */
export const downsamplings = ["none", "maxPooling", "strides"] as const;
export type Downsampling = (typeof downsamplings)[number];

/** What may be added to the study's two convolutions and its dense layer. */
export interface NetworkOptions {
  readonly downsampling: Downsampling;
  /** Penalties on the kernels of both convolutions; none by default. */
  readonly l1?: number;
  readonly l2?: number;
  /** Share of the dense layer's inputs to drop; none by default. */
  readonly dropout?: number;
  /** Whether training images are shifted at random, as in the study's recipe; false by default. */
  readonly shifts?: boolean;
}

/**
 * The study's CNN with or without each of its parts. With the same seed its convolutions begin with the same weights,
 * whatever else there is, so that regimes can be compared seed by seed.
 */
export function networkOf(
  options: NetworkOptions,
  about: { readonly input: Shape; readonly classes: number; readonly seed: number },
): Sequential {
  const { downsampling, l1 = 0, l2 = 0, dropout, shifts } = options;
  const penalty = l1 > 0 || l2 > 0 ? { kernelRegularizer: new L1L2({ l1, l2 }) } : {};
  const layers: Layer[] = [
    new Rescaling(1 / 255),
    ...(shifts ? [studyTranslation()] : []),
    new Conv2D(16, 3, { activation: "relu", ...penalty }),
    new Conv2D(32, 3, { activation: "relu", strides: downsampling === "strides" ? 2 : 1, ...penalty }),
    ...(downsampling === "maxPooling" ? [new MaxPooling2D(2)] : []),
    ...(dropout === undefined ? [] : [new Dropout(dropout)]),
    new Flatten(),
    new Dense(about.classes, { activation: "softmax" }),
  ];
  return new Sequential([new Input(about.input), ...layers], { name: "study_cnn", seed: about.seed });
}
