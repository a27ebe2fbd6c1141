import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import { Metric, type MetricOptions, type Tally } from "./metric.js";
import { thresholdOf } from "./options.js";
import { shareOf } from "./rows.js";

export interface AnswerOptions extends MetricOptions {
  /** Above which an output says yes, 0 to 1; 0.5 by default. */
  readonly threshold?: number;
  /** Count one class alone, from 0; all outputs by default. */
  readonly classId?: number;
}

/** What precision and recall share: each output element is an answer of yes or no. */
export abstract class AnswerMetric extends Metric {
  abstract override readonly className: string;
  readonly threshold: number;
  readonly classId: number | undefined;

  constructor(who: string, name: string, options: AnswerOptions) {
    super(options.name ?? name);
    this.threshold = thresholdOf(who, options.threshold);
    this.classId = options.classId;
  }

  /** Of which answers the right ones are the share: of those that said yes, or of those that should. */
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
