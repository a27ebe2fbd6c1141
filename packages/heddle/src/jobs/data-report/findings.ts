import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type { LabelErrorFindings, NearDuplicateFindings } from "@heddle/core/internal/examine/findings.js";
import type { Balance } from "./statistics.js";

/** A part that a report omits, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export const FINDINGS_FORMAT_VERSION = 1;

/** `findings.json`: everything that a data report says, in numbers. */
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
  /** `null` where they were not looked for. */
  readonly labelErrors: LabelErrorFindings | null;
  readonly leftOut: readonly LeftOut[];
  /** Names of the figures' files, without the extension. */
  readonly figures: readonly string[];
}
