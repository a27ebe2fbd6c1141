import { checkOptionsOf } from "../base/known-options.js";
import { oneOf, text, whole } from "../base/rules.js";
import { Metric, type MetricOptions, type Tally } from "./metric.js";
import { shareOf } from "./rows.js";

/**
 * The area under the ROC curve (how often recall is bought with false alarms), or under the curve of precision by
 * recall. All outputs count together; evenly spread thresholds stand for all of them, as in Keras.
 *
 * Interpolation between points of precision and recall: Davis and Goadrich, "The Relationship Between
 * Precision-Recall and ROC Curves" (ICML 2006).
 *
 * @example
 * new AUC({ curve: "PR" }).name; // auc
 */
export class AUC extends Metric {
  readonly className = "AUC";
  readonly curve: "ROC" | "PR";
  readonly numThresholds: number;

  /**
   * @param options.curve `"ROC"` (the default) or `"PR"`
   * @param options.numThresholds at least 2; 200 by default
   * @throws HeddleError for other curves or numbers
   */
  constructor(
    options: MetricOptions & { readonly curve?: "ROC" | "PR"; readonly numThresholds?: number } = {},
  ) {
    checkOptionsOf(new.target, [AUC], options, {
      name: text,
      curve: oneOf("ROC", "PR"),
      numThresholds: whole(2),
    });
    super(options.name ?? "auc");
    this.curve = options.curve ?? "ROC";
    this.numThresholds = options.numThresholds ?? 200;
  }

  begin(): Tally {
    const { numThresholds, curve } = this;
    /** Answers by the last threshold that they pass. */
    const yes = new Float64Array(numThresholds);
    const no = new Float64Array(numThresholds);
    return {
      add(outputs, targets) {
        for (let at = 0; at < outputs.length; at++) {
          const value = Math.min(Math.max(outputs[at]!, 0), 1);
          // In f32, as Keras does it: an answer on a threshold does not pass it, but all pass the first.
          const bucket = Math.max(0, Math.ceil(Math.fround(value * (numThresholds - 1))) - 1);
          const counts = targets[at] === 0 ? no : yes;
          counts[bucket]! += 1;
        }
      },
      result() {
        const truePositives = passing(yes);
        const falsePositives = passing(no);
        return curve === "ROC"
          ? areaUnderRoc(truePositives, falsePositives)
          : areaUnderPrecision(truePositives, falsePositives);
      },
    };
  }
}

/** How many answers pass each threshold. */
function passing(counts: Float64Array): Float64Array {
  const sums = Float64Array.from(counts);
  for (let at = sums.length - 2; at >= 0; at--) sums[at]! += sums[at + 1]!;
  return sums;
}

/** Trapezoids: the first threshold passes all answers, so that its counts are the totals. */
function areaUnderRoc(truePositives: Float64Array, falsePositives: Float64Array): number {
  let area = 0;
  for (let at = 0; at + 1 < truePositives.length; at++) {
    const width = shareOf(falsePositives[at]! - falsePositives[at + 1]!, falsePositives[0]!);
    const height = shareOf(truePositives[at]! + truePositives[at + 1]!, truePositives[0]!) / 2;
    area += width * height;
  }
  return area;
}

/** Between two thresholds the true positives grow evenly with all positives, and precision along a curve. */
function areaUnderPrecision(truePositives: Float64Array, falsePositives: Float64Array): number {
  let area = 0;
  for (let at = 0; at + 1 < truePositives.length; at++) {
    const after = truePositives[at + 1]! + falsePositives[at + 1]!;
    const before = truePositives[at]! + falsePositives[at]!;
    const gained = truePositives[at]! - truePositives[at + 1]!;
    const slope = shareOf(gained, before - after);
    const intercept = truePositives[at + 1]! - slope * after;
    const ratio = before > 0 && after > 0 ? before / after : 1;
    area += shareOf(slope * (gained + intercept * Math.log(ratio)), truePositives[0]!);
  }
  return area;
}
