import type { HeddleError } from "../base/errors.js";
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

/** All that a training needs to go on where it was: what `BackupAndRestore` keeps. */
export interface TrainingState {
  /** Whole epochs done of this `fit`. */
  readonly epoch: number;
  /** Whole epochs of the model, and steps of its optimizer, over all calls of `fit`. */
  readonly epochs: number;
  readonly steps: number;
  /** Set where a callback changed it. */
  readonly learningRate: number | undefined;
  /** The optimizer's arrays. */
  readonly slots: readonly Float32Array<ArrayBuffer>[];
}

/** The training under way, as callbacks may see and change it between its epochs. */
export interface TrainingControl {
  /** The epoch under way or just ended, counted from 1, of `epochs`; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Whether there is validation data. */
  readonly validates: boolean;
  /** Of the next step. */
  readonly learningRate: number;
  /** @throws HeddleError when the optimizer follows a schedule */
  setLearningRate(rate: number): void;
  /** Ends the training behind the epoch under way; `fit` then returns as usual. */
  stop(): void;
  /** Copies of the weights, in the layers' order. */
  getWeights(): Float32Array[];
  /** Sets all weights for the next epoch, from what `getWeights` gave. */
  setWeights(values: readonly Float32Array[]): void;
  /** Writes the model's folder, as `model.save` does. */
  save(folder: string): Promise<void>;
  /** The weights as a safetensors file. */
  weightsFile(): Uint8Array;
  /** The optimizer's state with the numbers of epoch and step. */
  getState(): Promise<TrainingState>;
  /** Goes on behind the state's epoch; only in `onTrainBegin`. */
  setState(state: TrainingState): void;
}

/** Called by `fit`; every part is optional. A part that throws ends the training with what it threw. */
export interface Callback {
  onTrainBegin?(training: TrainingControl): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingControl): void | Promise<void>;
  /** Some times a second while an epoch runs. */
  onProgress?(progress: Progress): void;
  /** After validation. The model's weights are those of the epoch's end. */
  onEpochEnd?(logs: EpochLogs, training: TrainingControl): void | Promise<void>;
  /** When the loss or a weight is no finite number; `fit` rejects with `fault` unless this stops the training. */
  onNonFinite?(fault: HeddleError, training: TrainingControl): void | Promise<void>;
  /** After the last epoch, also of a training that a callback stopped; not after an error. */
  onTrainEnd?(training: TrainingControl): void | Promise<void>;
}
