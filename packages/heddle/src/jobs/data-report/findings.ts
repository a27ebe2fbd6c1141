import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type { ConfidentLearning } from "@heddle/core/internal/evaluate/confident-learning.js";
import type { Balance } from "./statistics.js";

/** An image by its split and its position there, from 0. */
export interface FoundImage {
  readonly split: "train" | "test";
  readonly index: number;
  readonly label: number;
}

export interface FoundPair {
  readonly first: FoundImage;
  readonly second: FoundImage;
  /** Of `findNearDuplicates`. */
  readonly distance: number;
  /** True where the images are equal to the last bit. */
  readonly exact: boolean;
}

/** Counts of pairs within a split or between the two. */
export interface PairCounts {
  readonly pairs: number;
  /** Images that are in at least one of them; between the splits, test images. */
  readonly images: number;
  /** Pairs of which the two images carry different labels. */
  readonly otherLabel: number;
}

export interface NearDuplicateFindings {
  readonly maxDistance: number;
  /** True when the search ended early because it had found too many. */
  readonly truncated: boolean;
  /** Images of one tone, which were left out. */
  readonly withoutContrast: number;
  readonly withinTrain: PairCounts;
  readonly withinTest: PairCounts;
  readonly betweenSplits: PairCounts;
  /** Every pair, nearest first. */
  readonly pairs: readonly FoundPair[];
}

/** What confident learning says of one split. */
export interface SplitLabelErrors extends ConfidentLearning {
  readonly images: number;
  /** The share of images of which the most probable class is the label, 0 … 1. */
  readonly accuracy: number;
}

export interface LabelErrorFindings {
  readonly model: string;
  readonly folds: number;
  readonly epochs: number;
  readonly train: SplitLabelErrors;
  readonly test: SplitLabelErrors;
}

/** What a report left out, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export const FINDINGS_FORMAT_VERSION = 1;

/** All that a data report says, in numbers: `findings.json`. */
export interface DataFindings {
  readonly formatVersion: number;
  readonly heddle: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  readonly seed: number;
  readonly dataset: DatasetDescription;
  readonly balance: { readonly train: Balance; readonly test: Balance };
  readonly nearDuplicates: NearDuplicateFindings;
  /** `null` where they were left out. */
  readonly labelErrors: LabelErrorFindings | null;
  readonly leftOut: readonly LeftOut[];
  /** Names of the figures' files, without the extension. */
  readonly figures: readonly string[];
}
