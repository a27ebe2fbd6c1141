import type { Figure } from "../figures/figure.js";
import type { Model } from "../model/model.js";
import type { PageSection } from "../report/report-data.js";

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
