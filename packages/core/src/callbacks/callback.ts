import type { HeddleError } from "../base/errors.js";
import type { EpochLogs } from "./history.js";

/** How far an epoch has come. */
export interface Progress {
  /** The epoch under way, counted from 1, of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in it, of `steps`: Infinity while nobody knows, in the first pass over a stream. */
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

/** An epoch that is not over. */
export interface EpochUnderWay {
  /** Steps done in it; all of them where only its validation is missing. */
  readonly steps: number;
  readonly seconds: number;
  readonly sums: EpochSums;
}

/** What a callback remembers from epoch to epoch. */
export interface CallbackMemory {
  readonly numbers: Readonly<Record<string, number>>;
  /** Such as the best weights. */
  readonly arrays: readonly Float32Array[];
}

/**
 * All that a training needs to go on where it was, to the same bits. Random draws and the order of samples are functions
 * of the seed and these numbers.
 */
export interface TrainingState {
  /** Whole epochs done of this `fit`. */
  readonly epoch: number;
  /** Whole epochs of the model, and steps of its optimizer, over all calls of `fit`. */
  readonly epochs: number;
  readonly steps: number;
  /** Undefined between two epochs. */
  readonly underWay: EpochUnderWay | undefined;
  /** Whether a callback has ended the training. */
  readonly stopped: boolean;
  /** Set where a callback changed it. */
  readonly learningRate: number | undefined;
  /** In the layers' order. */
  readonly weights: readonly Float32Array[];
  /** The optimizer's arrays. */
  readonly slots: readonly Float32Array[];
  /** Of each callback that remembers something, in their order. */
  readonly memories: readonly CallbackMemory[];
}

/** The training under way, as callbacks may see and change it between its epochs. */
export interface TrainingControl {
  /** The epoch under way or just ended, counted from 1, of `epochs`; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of an epoch; Infinity before the end of the first pass over a stream. */
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
  /** All that goes on from here: in `onEpochEnd` what the callbacks before this one have learnt is in it. */
  getState(): Promise<TrainingState>;
  /** Goes on where the state was; only in `onTrainBegin`. */
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
  /** How often `onPause` is called within an epoch; never by default. Pauses that others ask for are heard too. */
  readonly pauseEvery?: { readonly steps: number } | { readonly seconds: number } | undefined;
  /**
   * Between two steps of an epoch, where `pauseEvery` says so, and before `fit` ends there because of its `signal` or a
   * fault of a stream. `getState` gives the weights of then; the model has those of the epoch's beginning.
   */
  onPause?(training: TrainingControl): void | Promise<void>;
  /** What it would need to go on in another process, and the way back. */
  getMemory?(): CallbackMemory;
  setMemory?(memory: CallbackMemory): void;
  /** When the loss or a weight is no finite number; `fit` rejects with `fault` unless this stops the training. */
  onNonFinite?(fault: HeddleError, training: TrainingControl): void | Promise<void>;
  /** After the last epoch, also of a training that a callback stopped; not after an error. */
  onTrainEnd?(training: TrainingControl): void | Promise<void>;
}
