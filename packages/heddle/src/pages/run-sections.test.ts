import { SparseCategoricalCrossentropy } from "@heddle/core/internal/losses/index.js";
import { studyModel, studyOptimizer, studyRecipe } from "@heddle/core/internal/recipes/study-recipe.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { describe, expect, it } from "vitest";
import type { ReportedTraining } from "./run-configuration.js";
import { runPage } from "./run-page.js";
import type { RunRecords } from "./run-records.js";

const training: ReportedTraining = {
  model: studyModel({ input: [28, 28, 1], classes: 10, seed: 1 }),
  optimizer: studyOptimizer(studyRecipe),
  loss: new SparseCategoricalCrossentropy({ labelSmoothing: 0.1 }),
  epochs: 3,
  batchSize: 64,
  limit: undefined,
  fast: false,
};

const record = runRecord({
  status: "finished",
  command: "heddle study fashion-mnist --seed 42",
  finishedAt: "2026-03-04T15:33:40.000Z",
});

const metrics: Metrics = {
  dataset: { name: "fashion-mnist" },
  test: {
    accuracy: 0.9273,
    loss: 0.21041,
    interval: { level: 0.95, low: 0.9221, high: 0.9322 },
    chance: { accuracy: 0.1, explains: false },
  },
  train: { accuracy: 0.9627, loss: 0.1, runningAccuracy: 0.947 },
  throughput: { trainImagesPerSecond: 12_345, predictImagesPerSecond: 20_000 },
  timeSeconds: { total: 208 },
  weights: { sha256: "0123456789abcdef".repeat(4) },
  engine: { variant: "strict", threads: 1, width: 128 },
};

const records: RunRecords = {
  record,
  training,
  data: undefined,
  epochs: [1, 2].map((epoch) => ({
    epoch,
    loss: 0.5 / epoch,
    accuracy: 0.8 + 0.05 * epoch,
    valLoss: 0.4 / epoch,
    valAccuracy: 0.82 + 0.05 * epoch,
    learningRate: 0.0012345,
    seconds: 12.34,
    imagesPerSecond: 4862.4,
  })),
  metrics,
  evaluation: undefined,
  crossValidation: undefined,
  foldCharts: [],
  testLooks: [],
  curves: [],
  charts: undefined,
  grids: { data: [], mistakes: [] },
  missing: { data: [], mistakes: [] },
};

const sectionOf = (changes: Partial<RunRecords>, id: string) =>
  runPage({ ...records, ...changes }).sections.find((section) => section.id === id);

describe("the report of a run", () => {
  it("opens with test accuracy, training accuracy and time", () => {
    const page = runPage(records);
    expect(page.subtitle).toBe("A convolutional network of 50,890 parameters, trained for 2 epochs");
    expect(page.headline).toEqual([
      {
        label: "Test accuracy",
        value: "92.73%",
        note: "95% interval 92.21% – 93.22%; on images never trained on",
      },
      { label: "Training accuracy", value: "96.27%", note: "evaluated; 94.70% while training" },
      {
        label: "Time",
        value: "3m28s",
        note: "for data, training and evaluation; 12,345 images/s on 1 thread",
      },
    ]);
    expect(page.notice).toBeUndefined();
  });

  it("says below the test accuracy that chance explains it", () => {
    const test = { ...metrics.test, chance: { accuracy: 0.93, explains: true } };
    expect(runPage({ ...records, metrics: { ...metrics, test } }).headline![0]!.note).toBe(
      "95% interval 92.21% – 93.22%; at chance: the same answer for every image is right for 93.00%; on images never trained on",
    );
  });

  it("sums the parameters and multiply-accumulates of the layers", () => {
    const [table] = sectionOf({}, "model")!.tables!;
    expect(table!.rows).toContainEqual(["conv2d (Conv2D)", "[batch, 26, 26, 16]", "160", "97,344"]);
    expect(table!.rows.at(-1)).toEqual(["Total", "", "50,890", expect.stringMatching(/^\d[\d,]+$/)]);
  });

  it("lists every epoch, and says what losses are measured against", () => {
    const section = sectionOf({}, "training")!;
    expect(section.text).toContain("Losses are measured against labels smoothed by 0.1.");
    expect(section.tables![0]!.rows[1]).toEqual([
      "2",
      "0.2500",
      "90.00%",
      "0.2000",
      "92.00%",
      "0.00123",
      "12.3",
      "4,862",
    ]);
  });

  it("sets the published result next to a run on all of Fashion-MNIST", () => {
    const { head, rows } = sectionOf({}, "result")!.tables![0]!;
    expect(head).toEqual(["", "Accuracy", "Gap to test", "Loss", "Published study"]);
    expect(rows).toEqual([
      ["Test set", "92.73%", "–", "0.2104", "92.7%"],
      ["Training set, evaluated", "96.27%", "3.54 points", "0.1000", "–"],
      ["Training set, while training", "94.70%", "1.97 points", "–", "94.2%"],
    ]);
  });

  it("compares a run on part of the data, or on different data, with no published result", () => {
    const part = { training: { ...training, limit: 600 } };
    const other = { record: { ...record, dataset: { ...record.dataset, name: "digits" } } };
    for (const changes of [part, other]) {
      const { head, rows } = sectionOf(changes, "result")!.tables![0]!;
      expect(head).toHaveLength(4);
      expect(rows[0]).toEqual(["Test set", "92.73%", "–", "0.2104"]);
    }
  });

  it("says how often the test images were looked at, and which file is missing", () => {
    expect(sectionOf({}, "evaluation")!.text).toMatch(
      /^This run's test images were looked at never.* Missing from this run's folder: evaluation\.json\.$/,
    );
    const reason = "Its outputs are no probabilities.";
    const evaluation = { evaluation: null, reason } as unknown as RunRecords["evaluation"];
    expect(sectionOf({ evaluation }, "evaluation")!.text).toContain(reason);
  });

  it("ends with the command and the checksum of the weights", () => {
    const section = sectionOf({}, "reproduction")!;
    expect(section.command).toBe("heddle study fashion-mnist --seed 42");
    expect(section.facts).toEqual([{ label: "Weights, SHA-256", value: metrics.weights.sha256, code: true }]);
  });

  it("warns of a run that did not reach its end, and of images that are generated", () => {
    const unfinished = runPage({
      ...records,
      record: {
        ...record,
        status: "running",
        dataset: { ...record.dataset, source: { kind: "generated", files: [] } },
      },
      metrics: undefined,
    });
    expect(unfinished.notice!.title).toBe("This run is not over");
    expect(unfinished.notice!.text).toMatch(
      /Its history holds 2 of 3 epochs; nothing after them was measured\. Generated images: The images are drawn by code/,
    );
    expect(unfinished.headline).toEqual([
      { label: "Test accuracy", value: "92.00%", note: "after epoch 2 of 3" },
      { label: "Training accuracy", value: "90.00%", note: "while training" },
    ]);
    const ids = unfinished.sections.map(({ id }) => id);
    expect(ids).toEqual(["dataset", "model", "training", "configuration", "reproduction"]);
  });
});
