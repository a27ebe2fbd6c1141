import type { Callback, Progress, TrainingControl, TrainingState } from "@heddle/core";
import { AbortedError } from "@heddle/core";
import { messageOf } from "@heddle/core/internal/base/errors.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import type { EditedSplit } from "./edits";
import { Glancer } from "./glance";
import { PastWeights } from "./past-weights";
import type { Trained } from "./protocol";
import { tell } from "./rpc";
import type { RunRecorder } from "./runs/recorder";
import { Viewer } from "./viewer";

/** How often a training looks up: for the weights so far, and whether it shall pause. */
const PAUSE_SECONDS = 0.5;
/**
 * The page hears how far it is at each look, later at every other one: each time costs it a new picture, drawn on the cores
 * that train.
 */
const EAGER_MS = 10_000;
const LATER_MS = 1500 * PAUSE_SECONDS;

/** A training under way, which can be paused, resumed and stopped. */
export class TrainingRun implements Callback {
  readonly pauseEvery = { seconds: PAUSE_SECONDS };
  readonly viewer: Viewer;
  /** What keeps it; set before it begins. */
  recorder: RunRecorder | undefined;
  private readonly glancer: Glancer;
  private readonly stopping = new AbortController();
  private readonly prepared;
  private control: TrainingControl | undefined;
  private release: (() => void) | undefined;
  private resting: Promise<void> | undefined;
  private readonly past = new PastWeights();
  /** The epoch whose weights somebody looks at; undefined for the present ones. */
  private looking: number | undefined;
  private present: readonly Float32Array[] = [];
  private readonly began = performance.now();
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Undefined once the page knows it. */
  private progress: Progress | undefined;
  private epochs = 0;
  private images = 0;
  private trainSeconds = 0;

  /**
   * @param test the images that are looked at after each epoch
   * @param from where the training was; undefined for the beginning
   */
  constructor(
    readonly training: Training,
    test: EditedSplit,
    private readonly from?: TrainingState,
  ) {
    this.glancer = new Glancer(test, training.dataset.classNames);
    const { pictures } = training.model;
    this.prepared = prepareTraining(training);
    // A resumed model takes pictures as its first images were, whatever file they are in now.
    if (from && pictures) training.model.pictures = pictures;
    this.viewer = new Viewer(training.model, this.past);
    this.epochs = from?.epoch ?? 0;
  }

  /** Trains to the end, or until it is stopped, and then keeps the weights of the last step. */
  async train(): Promise<Trained> {
    const { training, stopping, prepared, recorder, from } = this;
    const { model } = training;
    const started = performance.now();
    const { threads } = await model.engine();
    recorder?.begin(threads, from);
    try {
      await fitTraining(training, prepared, {
        validationData: training.validation ?? training.dataset.test.samples,
        signal: stopping.signal,
        from,
        callbacks: (state) => [{ onTrainBegin: (control) => state && control.setState(state) }, this],
      });
    } catch (thrown) {
      if (!(thrown instanceof AbortedError)) {
        await recorder?.end(model, undefined);
        if (!recorder || this.epochs === 0) throw thrown;
        // Loaded when it is needed: the worker's other texts come from the core.
        const { words } = await import("../words");
        throw new Error(`${messageOf(thrown)} ${words.faults.keptSoFar(this.epochs)}`);
      }
    }
    this.control = undefined;
    this.show(model.weights.map((weight) => weight.read()));
    const weightsSha256 = await model.weightsSha256();
    const stopped = stopping.signal.aborted;
    await recorder?.end(model, stopped ? undefined : weightsSha256);
    return {
      kept: recorder?.id,
      epochs: this.epochs,
      stopped,
      seconds: (performance.now() - started) / 1000,
      imagesPerSecond: this.trainSeconds > 0 ? this.images / this.trainSeconds : 0,
      weightsSha256,
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

  /** Where the training is while it rests, otherwise where its last epoch ended; undefined before that. */
  async state(): Promise<TrainingState | undefined> {
    return this.control ? this.control.getState() : this.recorder?.last;
  }

  onProgress(progress: Progress): void {
    this.progress = progress;
    // The first at once: the page says that it has begun.
    if (this.toldAt === Number.NEGATIVE_INFINITY) this.tellProgress();
  }

  private tellProgress(): void {
    this.toldAt = performance.now();
    if (this.progress) tell({ kind: "progress", progress: this.progress });
    this.progress = undefined;
  }

  async onPause(training: TrainingControl): Promise<void> {
    const isStopped = this.stopping.signal.aborted;
    const now = performance.now();
    if (isStopped || this.resting || now - this.began < EAGER_MS || now - this.toldAt > LATER_MS) {
      this.tellProgress();
      this.show(training.getWeights());
    }
    if (isStopped) await this.recorder?.checkpointed(await training.getState());
    await this.rest(training);
  }

  async onEpochEnd(
    logs: Parameters<NonNullable<Callback["onEpochEnd"]>>[0],
    training: TrainingControl,
  ): Promise<void> {
    this.epochs = logs.epoch;
    this.images += logs.imagesPerSecond * logs.seconds;
    this.trainSeconds += logs.seconds;
    // What the page says is kept.
    await this.recorder?.epochEnded(logs, await training.getState(), this.training.model);
    const weights = training.getWeights();
    this.past.keep(logs.epoch, weights);
    this.tellProgress();
    const glance = await this.glancer.look(this.training.model, logs.epoch);
    tell({ kind: "epoch", logs, kept: this.past.epochs, glance });
    this.show(weights);
    await this.rest(training);
  }

  private async rest(training: TrainingControl): Promise<void> {
    if (!this.resting) return;
    this.control = training;
    await this.resting;
    this.control = undefined;
  }

  /** Shows the weights after an epoch, or the present ones. */
  lookAt(epoch: number | undefined): void {
    this.looking = epoch;
    this.viewer.update((epoch !== undefined && this.past.of(epoch)) || this.present);
    tell({ kind: "weights" });
  }

  private show(weights: readonly Float32Array[]): void {
    this.present = weights;
    if (this.looking === undefined) this.lookAt(undefined);
  }

  dispose(): void {
    this.stop();
    this.viewer.dispose();
    this.training.model.dispose();
  }
}
