import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import { Metric, type MetricOptions, type Tally } from "./metric.js";
import { shareOf } from "./rows.js";

export interface AnswerOptions extends MetricOptions {
  /**
   * An output above it says yes, 0..1.
   *
   * @defaultValue `0.5`
   */
  readonly threshold?: number;
  /**
   * Counts only this class, from 0.
   *
   * @defaultValue all outputs
   */
  readonly classId?: number;
}

/** Precision and recall: each element of the output is an answer, yes or no. */
export abstract class AnswerMetric extends Metric {
  abstract override readonly className: string;
  readonly threshold: number;
  readonly classId: number | undefined;

  constructor(name: string, options: AnswerOptions) {
    super(options.name ?? name);
    this.threshold = options.threshold ?? 0.5;
    this.classId = options.classId;
  }

  /** Whether an answer is part of the whole: those that said yes, or those that should have. */
  protected abstract counts(saidYes: boolean, shouldBeYes: boolean): boolean;

  begin(output: Shape): Tally {
    const { classId, threshold } = this;
    const K = output.at(-1) ?? 1;
    if (classId !== undefined && !(Number.isInteger(classId) && classId >= 0 && classId < K)) {
      throw new HeddleError({
        who: this.className,
        expected: `classId to be from 0 to ${K - 1}`,
        received: String(classId),
        next: "Correct classId.",
      });
    }
    let right = 0;
    let counted = 0;
    return {
      add: (outputs, targets) => {
        const step = classId === undefined ? 1 : K;
        for (let at = classId ?? 0; at < outputs.length; at += step) {
          const saidYes = outputs[at]! > threshold;
          const shouldBeYes = targets[at] !== 0;
          if (this.counts(saidYes, shouldBeYes)) counted++;
          if (saidYes && shouldBeYes) right++;
        }
      },
      result: () => shareOf(right, counted),
    };
  }
}
