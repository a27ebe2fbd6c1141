import type { HeddleError } from "../base/errors.js";
import type { EpochLogs } from "./history.js";

/** How far an epoch has come. */
export interface Progress {
  /** The current epoch, counted from 1, of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in it, of `steps`, which is Infinity while unknown: in the first pass over a stream. */
  readonly step: number;
  readonly steps: number;
  readonly samples: number;
  readonly seconds: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
}

/** Sums over the samples of an epoch so far, in f64 and in their order. */
export interface EpochSums {
  readonly loss: number;
  /** Penalties on activities, and those on weights. */
  readonly activity: number;
  readonly penalty: number;
  readonly correct: number;
  readonly samples: number;
}

/** An epoch that has not ended. */
export interface EpochUnderWay {
  /** Steps done in it; all of them if only its validation is missing. */
  readonly steps: number;
  readonly seconds: number;
  readonly sums: EpochSums;
}

/** What a callback remembers from one epoch to the next. */
export interface CallbackMemory {
  readonly numbers: Readonly<Record<string, number>>;
  /** Such as the best weights. */
  readonly arrays: readonly Float32Array[];
}

/**
 * All that a training needs to resume where it was and to end with the same bits. Random draws and the order of samples
 * are functions of the seed and these numbers.
 */
export interface TrainingState {
  /** Whole epochs done of this `fit`. */
  readonly epoch: number;
  /** Whole epochs of the model, and steps of its optimizer, over all calls of `fit`. */
  readonly epochs: number;
  readonly steps: number;
  /** The epoch that has begun; undefined between two epochs. */
  readonly underWay: EpochUnderWay | undefined;
  /** Whether a callback has ended the training. */
  readonly stopped: boolean;
  /** Defined only if a callback has set it. */
  readonly learningRate: number | undefined;
  /** In the layers' order. */
  readonly weights: readonly Float32Array[];
  /** The optimizer's arrays. */
  readonly slots: readonly Float32Array[];
  /** Those of each callback that remembers something, in the callbacks' order. */
  readonly memories: readonly CallbackMemory[];
}

/** The running training, as callbacks may see and change it between its epochs. */
export interface TrainingControl {
  /** The epoch that is running or has just ended, counted from 1, of `epochs`; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of an epoch; Infinity before the end of the first pass over a stream. */
  readonly steps: number;
  /** Whether there is validation data. */
  readonly validates: boolean;
  /** That of the next step. */
  readonly learningRate: number;
  /** @throws HeddleError when the optimizer follows a schedule */
  setLearningRate(rate: number): void;
  /** Stops training after the current epoch; `fit` then returns as usual. */
  stop(): void;
  /** Copies of the weights, in the layers' order. */
  getWeights(): Float32Array[];
  /** Sets all weights for the next epoch to what `getWeights` returned. */
  setWeights(values: readonly Float32Array[]): void;
  /** Writes the model into a folder, as `model.save` does. */
  save(folder: string): Promise<void>;
  /** The weights as a safetensors file. */
  weightsFile(): Uint8Array;
  /** What is needed to resume here. In `onEpochEnd` it includes what the callbacks before this one have learnt. */
  getState(): Promise<TrainingState>;
  /** Resumes where the state was taken; only in `onTrainBegin`. */
  setState(state: TrainingState): void;
}

/**
 * Methods that `fit` calls, each of them optional. One that throws or rejects ends the training with that. They may await
 * `predict`, `evaluate` and `save` of the model, but not its `fit`.
 */
export interface Callback {
  onTrainBegin?(training: TrainingControl): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingControl): void | Promise<void>;
  /** Several times a second while an epoch runs; only the epoch's end waits for what an `async` one does. */
  onProgress?(progress: Progress): void;
  /** After validation. The model's weights are those of the epoch's end. */
  onEpochEnd?(logs: EpochLogs, training: TrainingControl): void | Promise<void>;
  /**
   * How often `onPause` is called within an epoch. It is also called at the pauses of other callbacks.
   *
   * @defaultValue never
   */
  readonly pauseEvery?: { readonly steps: number } | { readonly seconds: number } | undefined;
  /**
   * Between two steps of an epoch, as `pauseEvery` says, and before `fit` ends there because of its `signal` or a stream
   * that failed. `getState` returns the current weights; the model still holds those from the epoch's start.
   */
  onPause?(training: TrainingControl): void | Promise<void>;
  /** What the callback needs to resume in another process; `setMemory` takes it back. */
  getMemory?(): CallbackMemory;
  setMemory?(memory: CallbackMemory): void;
  /** When the loss or a weight is not finite; `fit` rejects with `fault` unless this stops the training. */
  onNonFinite?(fault: HeddleError, training: TrainingControl): void | Promise<void>;
  /** After the last epoch, also when a callback stopped the training; not after an error. */
  onTrainEnd?(training: TrainingControl): void | Promise<void>;
}
