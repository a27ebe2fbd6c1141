import type { EpochLogs } from "./history.js";

/** How far an epoch has come. */
export interface Progress {
  /** The epoch under way, counted from 1, of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in it, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly samples: number;
  readonly seconds: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
}

/** Called by `fit`; every part is optional. */
export interface Callback {
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** Some times a second while an epoch runs. */
  onProgress?(progress: Progress): void;
  /** After validation. The model's weights are those of the epoch's end. */
  onEpochEnd?(logs: EpochLogs): void | Promise<void>;
}
