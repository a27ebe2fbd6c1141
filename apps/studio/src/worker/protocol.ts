import type { ClassifierEvaluation, ConfusedPair, EpochLogs, McNemar, Progress } from "@heddle/core";
import type { DatasetSource, ImageSet, LeftOut } from "@heddle/core/data";
import type { Json, JsonObject } from "@heddle/core/internal/base/json.js";
import type { AccuracyDifference } from "@heddle/core/internal/evaluate/accuracy-difference.js";
import type { PairCounts } from "@heddle/core/internal/examine/findings.js";
import type { DroppedFile } from "./files/entries";

/** Where the page's images come from. */
export type Source =
  | { readonly kind: "sketch" }
  /** A dataset of the local server, by its address. */
  | { readonly kind: "server"; readonly url: string }
  /** Files that were dropped or chosen; they are read here and go nowhere. */
  | { readonly kind: "files"; readonly files: readonly DroppedFile[] };

/** The recipes that a model may begin with. */
export const RECIPES = ["quick", "study", "augmented"] as const;
export type RecipeName = (typeof RECIPES)[number];

/** A layer by its class, with the options that are not the defaults, under Keras's names. */
export interface LayerSpec {
  readonly className: string;
  readonly config: JsonObject;
}

/** A layer as it was checked. */
export interface DesignRow {
  readonly className: string;
  /** All its options, defaults included. */
  readonly config: Readonly<Record<string, Json>>;
  /** Of one image; undefined for a layer with a fault, and for those after it. */
  readonly output?: readonly number[] | undefined;
  readonly parameters?: number | undefined;
  /** Multiply-adds of one image. */
  readonly macs?: number | undefined;
  readonly fault?: string | undefined;
}

/** A chain of layers as it was checked. */
export interface Design {
  readonly input: readonly number[];
  readonly rows: readonly DesignRow[];
  readonly parameters: number;
  readonly macs: number;
  /** Whether it can be trained. */
  readonly isWhole: boolean;
  /** The words that options accept, by their names; those of `kernel_initializer` under `initializer`. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** A run that the browser keeps. */
export interface KeptRun {
  readonly id: string;
  /** Whether this browser keeps it, and whether the folder of the local server does. */
  readonly isHere: boolean;
  readonly isOnDisk: boolean;
  readonly name: string | null;
  readonly tags: readonly string[];
  /** Why it cannot be read. */
  readonly fault?: string | undefined;
  /** Undefined where it cannot be read. */
  readonly about?:
    | {
        /** Of its data. */
        readonly title: string;
        readonly isGenerated: boolean;
        /** ISO 8601. */
        readonly startedAt: string;
        readonly seconds: number;
        readonly epochs: readonly EpochLogs[];
        /** How many epochs it shall have. */
        readonly wanted: number;
        /** Of its final weights; undefined while they are not final. */
        readonly weightsSha256: string | undefined;
        readonly images: number;
        readonly layers: readonly string[];
        /** Everything else that it is trained with, by the names of recipes. */
        readonly settings: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** A run that is open in place of a training. */
export interface OpenedRun {
  readonly data: OpenedData;
  readonly epochs: readonly EpochLogs[];
  /** Whether they are measured on images that were held out, not on the test images. */
  readonly isHeldOut: boolean;
  /** Undefined before the end of its first epoch. */
  readonly weightsSha256: string | undefined;
  /** Epochs that it still has to train. */
  readonly left: number;
}

/** What the page sets of a training; everything else is the recipe's. */
export interface Settings {
  /** `quick` if undefined. */
  readonly recipe?: RecipeName | undefined;
  /** The model's layers; the recipe's model if undefined. */
  readonly model?: readonly LayerSpec[] | undefined;
  readonly epochs?: number | undefined;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

/** The parts of a dataset. */
export type Split = "train" | "test";

/** An image by its split and its position there. */
export interface Place {
  readonly split: Split;
  readonly image: number;
}

/** A change of a label that somebody made by eye; a label of null drops the image. */
export interface Edit extends Place {
  readonly label: number | null;
}

/** A dataset as the page shows it. */
export interface OpenedData {
  readonly name: string;
  readonly title: string;
  readonly classNames: readonly string[];
  readonly source: DatasetSource;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** What was decided while it was read. */
  readonly notes?: readonly string[] | undefined;
  /** What was left out, and why. */
  readonly leftOut?: readonly LeftOut[] | undefined;
}

/** How a training will go. */
export interface Plan {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly trainImages: number;
  readonly testImages: number;
  /** Whether its curves are of images that are held out of the training images, not of the test images. */
  readonly isHeldOut: boolean;
  /** Of the whole training with its evaluations, by the probe. */
  readonly seconds: number;
  readonly threads: number;
  /** Whether memory may be shared between threads, without which there is one. */
  readonly shared: boolean;
}

/** A training that has ended, here or in a run. */
export interface Trained {
  /** The id of a run that was opened; undefined for a training of this page. */
  readonly run?: string | undefined;
  /** The id under which the browser keeps it. */
  readonly kept?: string | undefined;
  /** Whole epochs. */
  readonly epochs: number;
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly weightsSha256: string;
}

/** A matrix of more classes cannot be read on a page, as on the reports. */
export const MOST_CLASSES_IN_A_MATRIX = 60;

/** What a model makes of the images of a split. */
export interface Evaluated {
  readonly split: Split;
  /** Of the images that were not dropped, with their present labels. */
  readonly evaluation: ClassifierEvaluation;
  /** The answer for every image of the split, dropped or not, and its probability. */
  readonly predicted: Int32Array;
  readonly confidence: Float64Array;
  /** The difference to the model before, on the same images; undefined for the first. */
  readonly against?: { readonly difference: AccuracyDifference; readonly test: McNemar } | undefined;
}

/** A wrong answer. */
export interface Mistake {
  /** Its position in the split. */
  readonly image: number;
  readonly truth: number;
  readonly predicted: number;
  /** The probability of the answer. */
  readonly confidence: number;
}

/** What the weights after an epoch make of test images, in short. */
export interface Glance {
  readonly epoch: number;
  /** How many were looked at, and how many of them were named right. */
  readonly images: number;
  readonly right: number;
  /** `[true class][answer]`: how many; undefined for more classes than a page can show. */
  readonly counts: readonly (readonly number[])[] | undefined;
  /** The pairs of classes that are confused most, the most frequent first. */
  readonly pairs: readonly Pick<ConfusedPair, "truth" | "predicted" | "count">[];
  /** The most confident first. */
  readonly mistakes: readonly Mistake[];
}

/** The weights of the first layer that looks at a picture, as small pictures. */
export interface FirstLayer {
  readonly name: string;
  readonly className: string;
  /** How many there are; the first of them are shown. */
  readonly filters: number;
  readonly height: number;
  readonly width: number;
  /** 3 for pictures in colours, otherwise 1. */
  readonly channels: number;
  /** `[shown, height, width, channels]`. */
  readonly values: Float32Array;
}

/** Images that are nearly the same. */
export interface Duplicates {
  readonly withinTrain: PairCounts;
  readonly withinTest: PairCounts;
  readonly betweenSplits: PairCounts;
  /** Whether the search ended early, because it had found too many. */
  readonly truncated: boolean;
  /** How many pairs there are; the nearest are listed. */
  readonly all: number;
  readonly pairs: readonly {
    readonly first: Place;
    readonly second: Place;
    /** 0 where they differ in brightness and contrast only. */
    readonly distance: number;
    /** Whether they are equal, byte for byte. */
    readonly exact: boolean;
  }[];
}

/** An image whose label models doubt that did not learn it. */
export interface Suspect extends Place {
  /** When it was looked for. */
  readonly label: number;
  /** The class that they are sure of instead. */
  readonly suggested: number;
  /** The probability that they give its label. */
  readonly selfConfidence: number;
  readonly margin: number;
}

/** Labels that are probably wrong. */
export interface Suspects {
  /** How many there are; the most suspect are listed. */
  readonly all: number;
  readonly suspects: readonly Suspect[];
  /** How many labels are estimated to be wrong. */
  readonly estimated: number;
  /** Why none can be named. */
  readonly reason?: string | undefined;
}

/** What the worker tells without being asked. */
export type StudioEvent =
  | { readonly kind: "preview"; readonly data: OpenedData }
  | { readonly kind: "planned"; readonly plan: Plan }
  /** How many pictures have been read. */
  | { readonly kind: "reading"; readonly done: number; readonly total: number }
  | { readonly kind: "progress"; readonly progress: Progress }
  /** An epoch has ended; `kept`: the epochs whose weights can be looked at again. */
  | {
      readonly kind: "epoch";
      readonly logs: EpochLogs;
      readonly kept: readonly number[];
      readonly glance: Glance;
    }
  /** The weights that pictures are classified with are newer. */
  | { readonly kind: "weights" }
  /** How much of a search in the data is done, 0 … 1. */
  | { readonly kind: "examined"; readonly share: number }
  /** More of the run that is trained is kept. */
  | { readonly kind: "kept" }
  /** The browser cannot keep runs, and why. */
  | { readonly kind: "storage"; readonly fault: string };
