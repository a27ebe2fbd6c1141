import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import type { PageSection } from "../../pages/page.js";
import type { LabelledSet } from "../labelled-set.js";

/** What every part needs. */
export interface ExplainContext {
  readonly model: Model;
  /** `[H, W, C]` of its images. */
  readonly shape: readonly [number, number, number];
  className(label: number): string;
  /** What `--class` names; the predicted class where it is undefined. */
  readonly label: number | undefined;
  readonly layer: string | undefined;
  readonly patch: number | undefined;
  readonly stride: number | undefined;
  /** The most images of the map. */
  readonly embeddingImages: number;
  readonly seed: number;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  onStage(what: string): void;
  onProgress(what: string, share: number): void;
}

/** The images that a model is asked about, in memory or on disk. */
export interface ExplainedData {
  /** Their names and where they come from; where they are on disk with the first ones alone. */
  readonly dataset: Dataset;
  readonly train: LabelledSet;
  readonly test: LabelledSet;
}

/** A part of a page with its figures and what it found. */
export interface Part {
  readonly sections: PageSection[];
  readonly figures: Figure[];
  readonly findings: string[];
  /** What cannot be shown, and why. */
  readonly notes: string[];
}

/** A part with nothing in it yet. */
export function emptyPart(): Part {
  return { sections: [], figures: [], findings: [], notes: [] };
}
