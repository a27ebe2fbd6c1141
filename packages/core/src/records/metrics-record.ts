import type { Accuracy, Chance } from "../evaluate/index.js";
import { JsonFields } from "./json-fields.js";

/** Which kernels computed: `fma` rounds once where `strict` rounds twice. */
export const engineVariants = ["strict", "fma"] as const;
export type EngineVariant = (typeof engineVariants)[number];

/** `metrics.json`: the result in numbers. Accuracies are 0..1; a loss that overflowed is NaN (`null` on disk). */
export interface Metrics {
  readonly dataset: { readonly name: string };
  readonly train: {
    /** Evaluated after training, with dropout off. */
    readonly accuracy: number;
    readonly loss: number;
    /** Over the last epoch during training, dropout on, as Keras prints it. */
    readonly runningAccuracy: number;
  };
  readonly test: {
    readonly accuracy: number;
    readonly loss: number;
    /** Wilson's interval of the accuracy; undefined in runs of earlier versions. */
    readonly interval?: Accuracy["interval"] | undefined;
    /** What chance explains; undefined in runs of earlier versions. */
    readonly chance?: Chance | undefined;
  };
  /** How models that were trained without a part of the training images judge it; undefined for a run without folds. */
  readonly crossValidation?:
    | {
        readonly folds: number;
        /** All training images, each judged once. */
        readonly images: number;
        /** The share of right answers. */
        readonly accuracy: number;
        /** Cross-entropy, without label smoothing and penalties. */
        readonly loss: number;
        /** Wilson's interval of the accuracy. */
        readonly interval: Accuracy["interval"];
        readonly chance: Chance;
      }
    | undefined;
  readonly throughput: {
    /** Median over the epochs. */
    readonly trainImagesPerSecond: number;
    readonly predictImagesPerSecond: number;
  };
  readonly timeSeconds: { readonly total: number };
  /** SHA-256 in hexadecimal. */
  readonly weights: { readonly sha256: string };
  readonly engine: {
    readonly variant: EngineVariant;
    readonly threads: number;
    /** The bits of the vectors that the kernels computed with; they change the speed alone. */
    readonly width: 128 | 256;
  };
}

/**
 * Reads `metrics.json`.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file and the first field that is wrong
 */
export function parseMetrics(file: string, text: string): Metrics {
  return JsonFields.read(file, text, metricsOf);
}

function metricsOf(metrics: JsonFields): Metrics {
  const train = metrics.object("train");
  const test = metrics.object("test");
  const throughput = metrics.object("throughput");
  const crossValidation = metrics.optional("crossValidation")?.object("crossValidation");
  const engine = metrics.object("engine");
  return {
    dataset: { name: metrics.object("dataset").string("name") },
    train: {
      accuracy: train.fraction("accuracy"),
      loss: train.numberOrNaN("loss"),
      runningAccuracy: train.fraction("runningAccuracy"),
    },
    test: {
      accuracy: test.fraction("accuracy"),
      loss: test.numberOrNaN("loss"),
      ...chanceFields(test),
    },
    ...(crossValidation && { crossValidation: parseCrossValidated(crossValidation) }),
    throughput: {
      trainImagesPerSecond: throughput.number("trainImagesPerSecond", 0),
      predictImagesPerSecond: throughput.number("predictImagesPerSecond", 0),
    },
    timeSeconds: { total: metrics.object("timeSeconds").number("total", 0) },
    weights: { sha256: metrics.object("weights").hex("sha256", 64) },
    engine: {
      variant: engine.oneOf("variant", engineVariants),
      threads: engine.wholeNumber("threads", 1),
      // Earlier runs had no choice.
      width: engine.optional("width")?.oneOfNumbers("width", [128, 256]) ?? 128,
    },
  };
}

/** The accuracy's interval and chance, which earlier versions did not write. */
function chanceFields(test: JsonFields): Pick<Metrics["test"], "interval" | "chance"> {
  const interval = test.optional("interval")?.object("interval");
  const chance = test.optional("chance")?.object("chance");
  return {
    ...(interval && { interval: accuracyInterval(interval) }),
    ...(chance && { chance: parseChance(chance) }),
  };
}

function parseChance(chance: JsonFields): Chance {
  return { accuracy: chance.fraction("accuracy"), explains: chance.boolean("explains") };
}

function parseCrossValidated(fields: JsonFields): Metrics["crossValidation"] {
  return {
    folds: fields.wholeNumber("folds", 1),
    images: fields.wholeNumber("images", 1),
    accuracy: fields.fraction("accuracy"),
    loss: fields.numberOrNaN("loss"),
    interval: accuracyInterval(fields.object("interval")),
    chance: parseChance(fields.object("chance")),
  };
}

/** The interval of a share. */
export function accuracyInterval(interval: JsonFields): Accuracy["interval"] {
  return {
    level: interval.fraction("level"),
    low: interval.fraction("low"),
    high: interval.fraction("high"),
  };
}
