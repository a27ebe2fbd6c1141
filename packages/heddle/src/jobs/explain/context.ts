import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import type { PageSection } from "../../pages/page.js";

/** What every part of an explanation needs. */
export interface ExplainContext {
  readonly model: Model;
  /** `[H, W, C]` of its images. */
  readonly shape: readonly [number, number, number];
  className(label: number): string;
  /** The class to explain; the predicted one where it is undefined. */
  readonly label: number | undefined;
  readonly layer: string | undefined;
  readonly patch: number | undefined;
  readonly stride: number | undefined;
  /** The most images on the map. */
  readonly mapImages: number;
  readonly seed: number;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  onStage(what: string): void;
  onProgress(what: string, share: number): void;
}

/** A part of a page, with its figures and findings. */
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
