import type { EpochLogs, Progress } from "@heddle/core";

/** A point of a curve: after how many epochs, and the values there. */
export interface CurvePoint {
  readonly epoch: number;
  readonly accuracy: number;
  readonly loss: number;
}

/** The curves of a training under way. */
export interface Curves {
  /** Of the training images, as they pass: each point is the mean since the one before. */
  readonly training: readonly CurvePoint[];
  /** Of the test images, after each epoch. */
  readonly test: readonly CurvePoint[];
}

export const noCurves: Curves = { training: [], test: [] };

/** The least part of an epoch between two points: fewer images say little. */
const LEAST_SHARE = 1 / 40;

/** Makes points of the means over an epoch so far. */
export class CurveMaker {
  private last: Progress | undefined;

  /** @returns the next point; undefined where too few images have passed */
  point(now: Progress): CurvePoint | undefined {
    const before = this.last && this.last.epoch === now.epoch ? this.last : undefined;
    const samples = now.samples - (before?.samples ?? 0);
    const share = (now.step - (before?.step ?? 0)) / now.steps;
    if (samples <= 0 || (share < LEAST_SHARE && now.step < now.steps)) return undefined;
    this.last = now;
    const since = (name: "accuracy" | "loss") =>
      (now[name] * now.samples - (before ? before[name] * before.samples : 0)) / samples;
    return { epoch: now.epoch - 1 + now.step / now.steps, accuracy: since("accuracy"), loss: since("loss") };
  }
}

/** An epoch so short that it had no point gets one: the mean over the epoch. */
const LONGEST_GAP = 0.5;

/** Curves with what an epoch ended with. */
export function withEpoch({ training, test }: Curves, logs: EpochLogs): Curves {
  const { epoch, accuracy, loss, valAccuracy, valLoss } = logs;
  const isMissing = epoch - (training.at(-1)?.epoch ?? 0) > LONGEST_GAP;
  return {
    training: isMissing ? [...training, { epoch, accuracy, loss }] : training,
    test:
      valAccuracy === undefined || valLoss === undefined
        ? test
        : [...test, { epoch, accuracy: valAccuracy, loss: valLoss }],
  };
}
