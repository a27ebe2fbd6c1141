import type { ClassProbability, GradCam, Tiles } from "@heddle/core";
import type { ImageSet } from "@heddle/core/data";
import type { UnitNumbers } from "@heddle/core/internal/explain/unit-numbers.js";

/** What the model sees in a picture. */
export interface Classified {
  /** Likeliest first. */
  readonly classes: readonly ClassProbability[];
  /** The picture as the model takes it. */
  readonly input: ImageSet;
  readonly empty: boolean;
  readonly inverted: boolean;
}

/** What a layer makes of a picture. */
export interface LayerView {
  readonly name: string;
  readonly className: string;
  readonly shape: readonly number[];
  /** One for each of its first channels. */
  readonly tiles: Tiles;
}

/** A unit of a layer that somebody looks into. */
export interface UnitAsk {
  readonly layer: string;
  /** One number for each axis, from 0; the unit with the largest value if undefined. */
  readonly place?: readonly number[] | undefined;
}

/** A number that a unit reads, times its weight. */
export interface UnitProduct {
  /** One number for each axis of what is read, from 0. */
  readonly place: readonly number[];
  /** The class of the layer that it is of, for a layer that reads several. */
  readonly source?: string | undefined;
  readonly input: number;
  readonly weight: number;
  readonly product: number;
}

/** What a unit reads of one input channel: pictures of its window, NaN beyond the edge. */
export interface UnitChannel {
  readonly channel: number;
  readonly sum: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
  readonly products: Float32Array;
}

/** A unit, and the numbers that made it. */
export interface UnitView {
  readonly layer: string;
  readonly className: string;
  readonly shape: readonly number[];
  readonly place: readonly number[];
  readonly value: number;
  /** Undefined for a layer that cannot be taken apart like this. */
  readonly numbers?:
    | {
        readonly how: UnitNumbers["how"];
        /** How many inputs it reads. */
        readonly count: number;
        readonly bias: number;
        /** The value before the activation. */
        readonly before: number;
        readonly activations: UnitNumbers["activations"];
        /** The class of the layer that it reads; undefined for the picture. */
        readonly source: string | undefined;
        /** Whether it reads values within its own layer, as the second half of a separable convolution does. */
        readonly isInside: boolean;
        /** The largest products, and the sum of all others. */
        readonly products: readonly UnitProduct[];
        readonly others: number;
        /** The input channels that add most, and the others. */
        readonly channels: readonly UnitChannel[];
        readonly otherChannels: { readonly count: number; readonly sum: number };
        /** The weights of the first of the channels after each epoch. */
        readonly forming: readonly { readonly epoch: number; readonly weights: Float32Array }[];
      }
    | undefined;
}

/** The kernels of a convolution: one picture for each filter and input channel. */
export interface FilterView {
  readonly className: string;
  readonly filters: number;
  readonly inputs: number;
  readonly tiles: Tiles;
}

/** How much the probability of a class drops where a part of a picture is hidden. */
export interface Hidden {
  readonly label: string;
  /** `[height, width]` */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The side of what is hidden. */
  readonly patch: number;
  /** Of the whole picture, and the lowest with a part hidden. */
  readonly probability: number;
  readonly lowest: number;
}

/** A picture's way through a model, and where the model looks. */
export interface Explained {
  /** Those layers that change what they receive. */
  readonly layers: readonly LayerView[];
  /** Of the first convolution; undefined for a model without one. */
  readonly filters: FilterView | undefined;
  /** The unit that was asked for. */
  readonly unit: UnitView | undefined;
  /** Which places speak for the class; undefined for a model without a convolution. */
  readonly gradCam: GradCam | undefined;
  /** The likeliest class, which is explained. */
  readonly label: string;
}
