import { recipeOf } from "../recipes/recipe.js";
import { resolveSettings } from "../recipes/resolve-settings.js";
import type { RunRecord } from "./run-record.js";

export const sha256 = "0123456789abcdef".repeat(4);

/** The record of a run of the study for 16 epochs that has just begun, with changes. */
export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    formatVersion: 2,
    id: "2026-03-04-153012-fashion-mnist",
    status: "running",
    command: "heddle study fashion-mnist --epochs 16",
    recipe: recipeOf(resolveSettings({}, { epochs: 16 })),
    model: { class_name: "Sequential", config: { layers: [] } },
    versions: { heddle: "0.1.0", node: "20.20.2" },
    machine: { platform: "linux", architecture: "x64", cpu: "A processor", cores: 4, memoryBytes: 2 ** 33 },
    dataset: {
      name: "fashion-mnist",
      title: "Fashion-MNIST",
      classNames: ["Trouser", "Bag"],
      source: {
        kind: "files",
        path: "data",
        options: { range: "0..1" },
        reading: {
          train: { from: "x", images: 10, elements: "floats", minimum: 0, maximum: 1, scaledFrom: [0, 1] },
          transposed: false,
          choices: [{ about: "channels", choice: "1, grey" }],
          leftOut: [{ what: "arrays", reason: "not read", count: 1, examples: ["z"] }],
        },
        files: [{ name: "train.gz", bytes: 12, sha256 }],
      },
      trainImages: 60_000,
      testSha256: sha256,
    },
    startedAt: "2026-03-04T15:30:12.000Z",
    timeSeconds: {},
    stretches: [],
    ...changes,
  };
}
