import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { checkSamples, type TrainingSamples } from "./samples.js";
import type { SampleStream } from "./stream.js";

/** How much each sample counts, by itself or by its class: its loss and its gradient are multiplied by its weight. */
export interface Weighting {
  /**
   * Weights by class number.
   *
   * @defaultValue 1 for each class
   */
  readonly classWeight?: Readonly<Record<number, number>>;
  /**
   * `[N]`, a weight for each sample.
   *
   * @defaultValue 1 for each sample
   */
  readonly sampleWeight?: ArrayLike<number>;
}

/** What `fit` validates on after its epochs. */
export interface ValidationOptions {
  /**
   * Samples, or a stream of them; each validation reads one pass.
   *
   * @defaultValue no validation
   */
  readonly validationData?: WeightedSamples | SampleStream;
  /**
   * Share of the samples, 0 to 1, that is validated on and not trained on: the last ones, before shuffling.
   *
   * @defaultValue no validation
   */
  readonly validationSplit?: number;
}

/** Samples, with a weight for each or without weights. */
export type WeightedSamples = TrainingSamples & Pick<Weighting, "sampleWeight">;

interface Weighted extends Weighting {
  readonly samples: TrainingSamples;
}

/**
 * The weight of each sample `[N]`; undefined where all count the same.
 *
 * @param targets as the loss reads them: class numbers `[N]`, or a row for each sample, whose largest value is its class
 * @param classes the number of the model's classes, for classWeight; unlimited by default
 */
export function sampleWeights(
  who: string,
  targets: Int32Array | Float32Array,
  count: number,
  { classWeight, sampleWeight }: Weighting,
  classes = Number.POSITIVE_INFINITY,
): Float32Array | undefined {
  const fault = (expected: string, received: string, next: string) =>
    new HeddleError({ who, expected, received, next });
  if (classWeight && sampleWeight) {
    throw fault("classWeight or sampleWeight", "both", "Multiply them into one `sampleWeight`.");
  }
  if (sampleWeight) {
    if (sampleWeight.length !== count) {
      throw fault(
        `sampleWeight [${count}]`,
        `${sampleWeight.length} values`,
        "Pass one weight for each sample.",
      );
    }
    const weights = Float32Array.from(sampleWeight);
    const wrong = weights.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return weights;
    throw fault("finite weights", `${sampleWeight[wrong]} at sample ${wrong}`, "Correct `sampleWeight`.");
  }
  if (!classWeight) return undefined;
  for (const [name, value] of Object.entries(classWeight)) {
    const number = Number(name);
    if (!(Number.isInteger(number) && number >= 0 && number < classes && String(number) === name)) {
      const range = classes === Number.POSITIVE_INFINITY ? "numbers from 0" : `0 to ${classes - 1}`;
      throw fault(`classWeight to name classes, ${range}`, JSON.stringify(name), "Correct `classWeight`.");
    }
    if (Number.isFinite(value) && value >= 0) continue;
    const expected = Number.isFinite(value) ? "weights of at least 0" : "finite weights";
    throw fault(expected, `${value} for class ${name}`, "Correct `classWeight`.");
  }
  const width = targets.length / count;
  return Float32Array.from({ length: count }, (_, index) => {
    const row = targets.subarray(index * width, (index + 1) * width);
    const label = width === 1 ? row[0]! : row.indexOf(Math.max(...row));
    return classWeight[label] ?? 1;
  });
}

/** What `fit` trains on and what it validates on, each with its weights. `validationSplit` cuts before shuffling. */
export function splitSamples(
  samples: TrainingSamples,
  inputShape: Shape,
  options: ValidationOptions & Weighting,
): { readonly training: Weighted; readonly heldOut?: WeightedSamples | SampleStream | undefined } {
  const { validationData, validationSplit, classWeight, sampleWeight } = options;
  const byClass = classWeight && { classWeight };
  const whole = { samples, ...byClass, ...(sampleWeight && { sampleWeight }) };
  if (validationSplit === undefined) {
    return { training: whole, heldOut: validationData };
  }
  if (validationData) {
    throw new HeddleError({
      who: "fit",
      expected: "validationData or validationSplit",
      received: "both",
      next: "Remove one of them.",
    });
  }
  checkSamples("fit", samples, inputShape);
  const { count } = samples;
  // Rounded down as Keras does.
  const isShare = typeof validationSplit === "number" && validationSplit > 0 && validationSplit < 1;
  const first = isShare ? Math.floor(count * (1 - validationSplit)) : 0;
  if (first < 1 || first >= count) {
    throw new HeddleError({
      who: "fit",
      expected: "validationSplit to leave samples for training and for validation",
      received: `${shown(validationSplit)} of ${count}`,
      next: "Set `validationSplit` to a share between 0 and 1, or pass more samples.",
    });
  }
  const [training, validation] = [part(samples, 0, first), part(samples, first, count)];
  if (!sampleWeight) return { training: { samples: training, ...byClass }, heldOut: validation };
  // Too few or too many weights end up in the second part, whose check reports them.
  const weights = Array.from(sampleWeight);
  return {
    training: { samples: training, ...byClass, sampleWeight: weights.slice(0, first) },
    heldOut: { ...validation, sampleWeight: weights.slice(first) },
  };
}

function part<T extends TrainingSamples>(samples: T, first: number, last: number): T {
  const { count } = samples;
  const cut = <A extends Uint8Array | Int32Array | Float32Array>(values: A): A => {
    const width = values.length / count;
    return values.subarray(first * width, last * width) as A;
  };
  const images = cut(samples.images);
  const expected = "targets" in samples ? { targets: cut(samples.targets) } : { labels: cut(samples.labels) };
  return { ...samples, images, ...expected, count: last - first };
}
