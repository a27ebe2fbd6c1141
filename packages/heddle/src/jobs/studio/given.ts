import type { History } from "@heddle/core/internal/callbacks/history.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";

/** A dataset that the page may ask for. */
export interface GivenData {
  /** A part of its address: letters, digits, `-` and `.`. */
  readonly id: string;
  readonly title: string;
  load(): Promise<Dataset>;
}

/** A run that the page may ask for: its model, and how it was trained. */
export interface GivenRun {
  readonly id: string;
  readonly epochs: History["epochs"];
  /** The files of its model, as they are in its folder. */
  readonly config: Uint8Array;
  readonly weights: Uint8Array;
}
