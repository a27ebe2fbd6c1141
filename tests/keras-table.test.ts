// docs/keras-differences.md says how close everything is to Keras: nothing is missing, nothing exceeds its bound.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kerasNames } from "../packages/core/dist/layers/activation-names.js";
import * as layers from "../packages/core/dist/layers/index.js";
import * as losses from "../packages/core/dist/losses/index.js";
import * as metrics from "../packages/core/dist/metrics/index.js";
import * as optimizers from "../packages/core/dist/optimizers/index.js";
import { COMMAND, committedRows, tablesOf } from "../tools/keras-table/page.mjs";

/** Classes without a row: base classes, the value between layers, and the layer whose activations have their own table. */
const BASES = ["Layer", "MergeLayer", "Metric", "Optimizer", "Tensor", "Activation"];
/** Layers that only draw, with other numbers than Keras: their scalar twins are their tests. */
const DRAWN = ["GaussianDropout", "GaussianNoise", "StochasticDepth"];
const NO_ROW = [...BASES, ...DRAWN];
/** Keras's names of classes that are called otherwise here. */
const OTHERWISE: Readonly<Record<string, string>> = {
  MeanSquaredErrorMetric: "MeanSquaredError",
  MeanAbsoluteErrorMetric: "MeanAbsoluteError",
};

const rows = committedRows();
const under = (...headings: string[]) =>
  rows.filter(({ heading }) => headings.includes(heading)).map(({ name }) => name);

/** Keras's names of the classes that a module exports. */
function classesOf(module: object): string[] {
  return Object.entries(module)
    .filter(([name, value]) => typeof value === "function" && /^[A-Z]/.test(name) && !NO_ROW.includes(name))
    .map(([name]) => OTHERWISE[name] ?? name);
}

describe("the tables of docs/keras-differences.md", () => {
  it.each([
    ["layer", classesOf(layers), under("Layers", "Preprocessing layers")],
    ["activation", Object.values(kerasNames), under("Activations")],
    ["loss", classesOf(losses), under("Losses")],
    ["metric", ["accuracy", ...classesOf(metrics)], under("Metrics")],
    ["optimizer", classesOf(optimizers), under("Optimizers")],
  ])("have a row for every %s", (_, exported, compared) => {
    expect(exported.length).toBeGreaterThan(4);
    const missing = exported.filter((name) => !compared.includes(name));
    expect(missing, `give each golden values, then write the page again: ${COMMAND}`).toEqual([]);
  });

  it("count every case of tests/golden", () => {
    const read = (name: string) => JSON.parse(readFileSync(`tests/golden/${name}.json`, "utf8"));
    const counts = new Map<string, number>();
    const count = (heading: string, name: string) =>
      counts.set(`${heading}, ${name}`, (counts.get(`${heading}, ${name}`) ?? 0) + 1);
    for (const file of [
      "activations-pooling",
      "attention",
      "convolutions",
      "layers",
      "normalization",
      "shape-layers",
    ]) {
      const { cases, merges = [] } = read(file);
      for (const { layer } of [...cases, ...merges]) {
        if (layer.class_name === "Activation") count("Activations", layer.config.activation);
        else count(layer.class_name === "Rescaling" ? "Preprocessing layers" : "Layers", layer.class_name);
      }
    }
    const { losses: lost, metrics: measured } = read("losses-metrics");
    for (const { loss } of lost) count("Losses", loss.class_name);
    for (const { metric } of measured) count("Metrics", metric.class_name);
    for (const { class_name } of read("optimizers").optimizers) count("Optimizers", class_name);
    const committed = new Map(rows.map(({ heading, name, cases }) => [`${heading}, ${name}`, cases]));
    for (const [row, cases] of counts) expect(committed.get(row), `${row}: ${COMMAND}`).toBe(cases);
    expect(counts.size).toBeGreaterThan(50);
  });

  it("promise no smaller error than was measured", () => {
    for (const { heading, name, errors } of rows) {
      const bound = heading.startsWith("Whole models") ? 1e-4 : 1e-5;
      expect(errors.length, name).toBe(heading.startsWith("Whole models") ? 3 : 1);
      for (const error of errors) expect(error, name).toBeLessThanOrEqual(bound);
    }
    expect(rows.filter(({ heading }) => heading.startsWith("Whole models")).length).toBe(3);
  });

  it("count a case once, whichever kernels ran, and keep its largest error", () => {
    const compared = { part: "layers", row: "Dense", what: "outputs" };
    const text = tablesOf([
      { ...compared, id: 1, kernels: "strict", error: 2e-7 },
      { ...compared, id: 1, kernels: "fma", what: "gradients", error: 3.14e-7 },
      { ...compared, id: 2, kernels: "strict", error: 0 },
    ]);
    expect(text).toContain("| `Dense` | 2 | outputs, gradients | 3.1e-7 |");
    expect(() => tablesOf([{ ...compared, part: "nowhere", id: 1, error: 0 }])).toThrow(
      'no heading for "nowhere"',
    );
  });
});
