import { describe, expect, it } from "vitest";
import { evaluateClassifier } from "../evaluate/index.js";
import {
  accuracyByEpoch,
  type Chart,
  classBalance,
  classScoresChart,
  confusionMatrix,
  coverageCurve,
  dark,
  embeddingMap,
  intervalPlot,
  learningRateCurve,
  light,
  lossByEpoch,
  overlaidCurves,
  pixelHistogram,
  reliabilityDiagram,
} from "./index.js";

const epochs = [1, 2, 3].map((epoch) => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 0.5 + 0.1 * epoch,
  valLoss: 1.1 / epoch,
  valAccuracy: 0.5 + 0.09 * epoch,
  learningRate: 0.001,
  seconds: 1,
  imagesPerSecond: 1000,
}));

const classNames = ["cat", "dog"];
const evaluation = evaluateClassifier({
  probabilities: Float32Array.from([0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.2, 0.8]),
  labels: [0, 1, 1, 1],
  classNames,
});
const points = [1, 2, 3].map((epoch) => ({ epoch, value: 80 + epoch }));
const text = { name: "x", title: "X", subtitle: "x", axis: "x", format: (value: number) => String(value) };

const charts: readonly Chart[] = [
  accuracyByEpoch({ epochs }),
  lossByEpoch({ epochs }),
  overlaidCurves([{ label: "A", group: "first", points }], text),
  intervalPlot([{ label: "A", mean: 1, low: 0, high: 2, values: [1, 1] }], { ...text, rule: 0 }),
  classBalance([{ split: "Training", perClass: [60, 40] }], classNames),
  classScoresChart(evaluation.perClass, { subject: "pets" }),
  confusionMatrix(evaluation.confusion.counts, classNames),
  coverageCurve(evaluation.coverage, { subject: "pets" }),
  reliabilityDiagram(evaluation.calibration, { subject: "pets" }),
  pixelHistogram([{ split: "Training", shares: [0.5, 0.5] }], { name: "x", title: "X", range: [0, 256] }),
  embeddingMap(Float32Array.of(0, 0, 1, 1), {
    title: "Map",
    subtitle: "of two",
    classNames,
    labels: [0, 1],
    predicted: [0, 0],
  }),
  learningRateCurve(
    {
      points: epochs.map(({ loss, epoch }) => ({
        learningRate: 10 ** (epoch - 4),
        loss,
        smoothedLoss: loss,
      })),
      steepest: 0.001,
      edge: 0.1,
      suggested: 0.01,
    },
    { title: "tiny" },
  ),
];

describe.each(charts.map((chart) => [chart.name, chart] as const))("the chart %s", (_, chart) => {
  it.each([light, dark])("is a Vega-Lite specification in plain JSON, in $name", (theme) => {
    const spec = chart.spec(theme);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(spec.$schema).toContain("vega-lite");
    expect(spec["config"]).toMatchObject({ background: theme.background, title: { color: theme.ink } });
    expect(chart.alt).toMatch(/^[A-Z].*\.$/);
  });
});
