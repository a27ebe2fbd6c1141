// Metrics against real Keras: tools/golden/losses-metrics.py wrote Keras's results for the same predictions.
import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import {
  AUC,
  BinaryAccuracy,
  CategoricalAccuracy,
  ConfusionMatrix,
  F1Score,
  MeanAbsoluteErrorMetric,
  MeanSquaredErrorMetric,
  type Metric,
  Precision,
  Recall,
  TopKCategoricalAccuracy,
} from "./index.js";

interface Config {
  readonly threshold?: number | null;
  readonly class_id?: number;
  readonly k?: number;
  readonly average?: "macro" | "micro" | "weighted";
  readonly curve?: "ROC" | "PR";
  readonly num_thresholds?: number;
}

interface Golden {
  readonly keras: string;
  readonly metrics: readonly {
    readonly metric: { readonly class_name: string; readonly config: Config };
    /** Samples included. */
    readonly shape: readonly number[];
    readonly outputs: readonly number[];
    readonly target: readonly number[];
    readonly value: number | readonly (readonly number[])[];
  }[];
}

const golden = readGolden<Golden>("losses-metrics");

function metricOf(name: string, config: Config): Metric {
  const { threshold, class_id: classId, k, average, curve, num_thresholds: numThresholds } = config;
  const options = {
    ...(typeof threshold === "number" && { threshold }),
    ...(classId !== undefined && { classId }),
  };
  switch (name) {
    case "BinaryAccuracy":
      return new BinaryAccuracy(options);
    case "CategoricalAccuracy":
      return new CategoricalAccuracy();
    case "TopKCategoricalAccuracy":
      return new TopKCategoricalAccuracy({ k: k! });
    case "Precision":
      return new Precision(options);
    case "Recall":
      return new Recall(options);
    case "F1Score":
      return new F1Score({ ...options, average: average! });
    case "AUC":
      return new AUC({ curve: curve!, numThresholds: numThresholds! });
    case "ConfusionMatrix":
      return new ConfusionMatrix();
    case "MeanSquaredError":
      return new MeanSquaredErrorMetric();
    case "MeanAbsoluteError":
      return new MeanAbsoluteErrorMetric();
    default:
      return expect.unreachable(name);
  }
}

describe(`metrics have the values of Keras ${golden.keras}:`, () => {
  const cases = golden.metrics.map(
    (example, number) => [`${number} ${example.metric.class_name}`, example] as const,
  );
  it.each(cases)("%s", (id, { metric, shape, outputs, target, value }) => {
    const { class_name: className, config } = metric;
    const [samples, ...output] = shape;
    const tally = metricOf(className, config).begin(output);
    const width = outputs.length / samples!;
    // In parts of two samples, as successive runs would add them.
    for (let first = 0; first < outputs.length; first += 2 * width) {
      const part = (values: readonly number[]) => Float32Array.from(values.slice(first, first + 2 * width));
      tally.add(part(outputs), part(target));
    }
    const compare = againstKeras({ part: "metrics", row: className, id });
    compare("values", [tally.result()].flat(2) as number[], [value].flat(2) as number[]);
  });
});
