import type { EpochLogs, Progress } from "@heddle/core";
import type { Glance, StudioEvent } from "../worker/protocol";
import { CurveMaker, type Curves, noCurves, withEpoch } from "./curves";
import { WORTH_TRYING } from "./names";
import { TimeLeft } from "./time-left";

/** What is known of a training while it goes, and of its epochs afterwards. */
export class LiveTraining {
  progress = $state.raw<Progress | undefined>();
  curves = $state.raw<Curves>(noCurves);
  /** Whether they are of images that are held out, not of the test images. */
  isHeldOut = $state(false);
  /** Seconds left, by its speed so far. */
  secondsLeft = $state<number | undefined>();
  /** The epochs whose weights can be looked at again, and the one that is; undefined for the present weights. */
  pastEpochs = $state.raw<readonly number[]>([]);
  lookedAt = $state<number | undefined>();
  /** What the weights after each epoch made of test images. */
  private glances = $state.raw<readonly Glance[]>([]);

  readonly isWorthTrying = $derived(
    [...this.curves.test, ...this.curves.training.slice(-1)].some(({ accuracy }) => accuracy >= WORTH_TRYING),
  );
  /** That of the epoch that is looked at, otherwise of the last one. */
  readonly glance = $derived(
    this.lookedAt === undefined
      ? this.glances.at(-1)
      : this.glances.find(({ epoch }) => epoch === this.lookedAt),
  );

  private maker = new CurveMaker();
  private readonly timeLeft = new TimeLeft();

  /** Forgets the training before. @param epochs those that a run had before */
  reset(epochs: readonly EpochLogs[] = [], isHeldOut = false): void {
    this.isHeldOut = isHeldOut;
    this.begin();
    this.curves = epochs.reduce(withEpoch, noCurves);
  }

  /** A training begins, or the rest of a run: its curves go on. */
  begin(): void {
    this.maker = new CurveMaker();
    this.pastEpochs = this.glances = [];
    this.progress = this.secondsLeft = this.lookedAt = undefined;
  }

  start(): void {
    this.timeLeft.start();
  }

  pause(): void {
    this.timeLeft.pause();
  }

  resume(): void {
    this.timeLeft.resume();
  }

  follow(progress: Progress): void {
    this.progress = progress;
    this.secondsLeft = this.timeLeft.after(progress);
    const point = this.maker.point(progress);
    if (point) this.curves = { ...this.curves, training: [...this.curves.training, point] };
  }

  epochEnded({ logs, kept, glance }: Extract<StudioEvent, { kind: "epoch" }>): void {
    this.curves = withEpoch(this.curves, logs);
    this.pastEpochs = kept;
    // Those of epochs whose weights are forgotten can no longer be looked at.
    this.glances = [...this.glances.filter(({ epoch }) => kept.includes(epoch)), glance];
  }
}
