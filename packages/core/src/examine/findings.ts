import type { ConfidentLearning } from "../evaluate/confident-learning.js";

/** An image by its split and its position there, from 0. */
export interface FoundImage {
  readonly split: "train" | "test";
  readonly index: number;
  readonly label: number;
}

/** Two images that are nearly the same. */
export interface FoundPair {
  readonly first: FoundImage;
  readonly second: FoundImage;
  /** As `findNearDuplicates` measures it. */
  readonly distance: number;
  /** True where the images are equal, byte for byte. */
  readonly exact: boolean;
}

/** Counts of pairs within a split or between the two. */
export interface PairCounts {
  readonly pairs: number;
  /** Images that are in at least one of them; between the splits, test images. */
  readonly images: number;
  /** Pairs whose images have different labels. */
  readonly otherLabel: number;
}

/** The near duplicates of a dataset. */
export interface NearDuplicateFindings {
  readonly maxDistance: number;
  /** True when the search ended early because it had found too many. */
  readonly truncated: boolean;
  /** Images of a single tone, which were not compared. */
  readonly withoutContrast: number;
  readonly withinTrain: PairCounts;
  readonly withinTest: PairCounts;
  readonly betweenSplits: PairCounts;
  /** Every pair, nearest first. */
  readonly pairs: readonly FoundPair[];
}

/** What confident learning says about one split. */
export interface SplitLabelErrors extends ConfidentLearning {
  readonly images: number;
  /** The share of images whose most probable class is the label, 0 … 1. */
  readonly accuracy: number;
}

/** The suspected label errors of a dataset, and the models that found them. */
export interface LabelErrorFindings {
  readonly model: string;
  readonly folds: number;
  readonly epochs: number;
  readonly train: SplitLabelErrors;
  readonly test: SplitLabelErrors;
}
