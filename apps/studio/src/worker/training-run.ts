import type { Callback, TrainingControl } from "@heddle/core";
import { AbortedError } from "@heddle/core";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import type { Trained } from "./protocol";
import { tell } from "./rpc";
import { Viewer } from "./viewer";

/** How often a training looks up: for the weights so far, and whether it shall pause. */
const PAUSE_SECONDS = 0.5;

/** A training under way, which can be paused, resumed and stopped. */
export class TrainingRun implements Callback {
  readonly pauseEvery = { seconds: PAUSE_SECONDS };
  readonly viewer: Viewer;
  private readonly stopping = new AbortController();
  private readonly prepared;
  private release: (() => void) | undefined;
  private resting: Promise<void> | undefined;
  private epochs = 0;
  private images = 0;
  private trainSeconds = 0;

  constructor(readonly training: Training) {
    this.prepared = prepareTraining(training);
    this.viewer = new Viewer(training.model);
  }

  /** Trains to the end, or until it is stopped, and then keeps the weights of the last step. */
  async train(): Promise<Trained> {
    const { training, stopping, prepared } = this;
    const started = performance.now();
    try {
      await fitTraining(training, prepared, {
        validationData: training.validation ?? training.dataset.test.samples,
        signal: stopping.signal,
        callbacks: () => [this],
      });
    } catch (thrown) {
      if (!(thrown instanceof AbortedError)) throw thrown;
    }
    const { model } = training;
    this.viewer.update(model.weights.map((weight) => weight.read()));
    tell({ kind: "weights" });
    return {
      epochs: this.epochs,
      stopped: stopping.signal.aborted,
      seconds: (performance.now() - started) / 1000,
      imagesPerSecond: this.trainSeconds > 0 ? this.images / this.trainSeconds : 0,
      weightsSha256: await model.weightsSha256(),
    };
  }

  pause(): void {
    this.resting ??= new Promise((resolve) => {
      this.release = resolve;
    });
  }

  resume(): void {
    this.release?.();
    this.resting = undefined;
  }

  stop(): void {
    this.stopping.abort();
    this.resume();
  }

  onProgress(progress: Parameters<NonNullable<Callback["onProgress"]>>[0]): void {
    tell({ kind: "progress", progress });
  }

  async onPause(training: TrainingControl): Promise<void> {
    const { weights } = await training.getState();
    this.show(weights);
    await this.resting;
  }

  async onEpochEnd(
    logs: Parameters<NonNullable<Callback["onEpochEnd"]>>[0],
    training: TrainingControl,
  ): Promise<void> {
    this.epochs = logs.epoch;
    this.images += logs.imagesPerSecond * logs.seconds;
    this.trainSeconds += logs.seconds;
    tell({ kind: "epoch", logs });
    this.show(training.getWeights());
    await this.resting;
  }

  private show(weights: readonly Float32Array[]): void {
    this.viewer.update(weights);
    tell({ kind: "weights" });
  }

  dispose(): void {
    this.stop();
    this.viewer.dispose();
    this.training.model.dispose();
  }
}
