import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { type Metrics, parseMetrics } from "./metrics-record.js";
import { parseRunRecord } from "./run-record.js";
import { runRecord, sha256 } from "./run-record.testing.js";

const record = runRecord({
  status: "finished",
  checkpoints: { every: { seconds: 90 }, keep: 3 },
  finishedAt: "2026-03-04T15:32:12.000Z",
  timeSeconds: { data: 0.5, training: 100 },
  weightsSha256: sha256,
  stretches: [
    { startedAt: "2026-03-04T15:30:13.000Z", threads: 2, node: "20.20.2", from: { epoch: 0, step: 0 } },
  ],
});

const metrics: Metrics = {
  dataset: { name: "fashion-mnist" },
  train: { accuracy: 0.96, loss: 0.11, runningAccuracy: 0.947 },
  test: {
    accuracy: 0.927,
    loss: 0.2,
    interval: { level: 0.95, low: 0.922, high: 0.932 },
    chance: { accuracy: 0.1, explains: false },
  },
  throughput: { trainImagesPerSecond: 4500, predictImagesPerSecond: 15000 },
  timeSeconds: { total: 210 },
  weights: { sha256 },
  engine: { variant: "strict", threads: 2, width: 128 },
};

/** The record as text after `damage` changed it. */
function damaged(damage: (value: Record<string, unknown>) => void): string {
  const value = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
  damage(value);
  return JSON.stringify(value);
}

describe("parseRunRecord", () => {
  it("reads back what was written, with and without the optional fields", () => {
    expect(parseRunRecord("run.json", JSON.stringify(record))).toEqual(record);
    const { finishedAt: _, weightsSha256: __, checkpoints: ___, ...unfinished } = record;
    const running = { ...unfinished, status: "running" as const };
    expect(parseRunRecord("run.json", JSON.stringify(running))).toEqual(running);
    const failed = { ...running, status: "failed" as const, failure: "the disk is full" };
    expect(parseRunRecord("run.json", JSON.stringify(failed))).toEqual(failed);
  });

  const faults: readonly [name: string, text: string, message: string | RegExp][] = [
    ["an empty file", "", "run.json: expected JSON, received an empty file. Restore the file."],
    ["half a file", JSON.stringify(record).slice(0, 100), /^run\.json: expected JSON, received .+JSON/],
    ["a list", "[1]", "run.json: expected a JSON object, received a list."],
    ["null", "null", "run.json: expected a JSON object, received null."],
    ["a missing field", damaged((run) => delete run["id"]), '"id" to be a string, received nothing'],
    ["a wrong type", damaged((run) => (run["id"] = 42)), '"id" to be a string, received 42'],
    ["a wrong word", damaged((run) => (run["status"] = "done")), '"status" to be one of running, finished'],
    [
      "a setting that does not fit",
      damaged((run) => (run["recipe"] = { ...record.recipe, epochs: "16" })),
      'run.json, "recipe", "epochs": expected a whole number of at least 1, received "16".',
    ],
    [
      "a recipe that leaves a setting to the defaults",
      damaged((run) => (run["recipe"] = { ...record.recipe, learningRate: undefined })),
      'run.json, "recipe", "learningRate": expected a number above 0, received nothing. Restore the file, or start a new run.',
    ],
    [
      "a later format",
      damaged((run) => (run["formatVersion"] = 3)),
      "expected a run of format 2, received format 3. Use the version of Heddle that wrote it.",
    ],
    [
      "the format before the first release",
      JSON.stringify({ formatVersion: 1, configuration: { epochs: 2 } }),
      "run.json: expected a run of format 2, received format 1. It was written before the first release: train it again, or use the version of Heddle that wrote it.",
    ],
    ["a wrong time", damaged((run) => (run["startedAt"] = "yesterday")), '"startedAt" to be a time'],
    ["a short checksum", damaged((run) => (run["weightsSha256"] = "ab")), "64 hexadecimal digits"],
    [
      "a wrong stage",
      damaged((run) => (run["timeSeconds"] = { data: null })),
      '"timeSeconds.data" to be a number',
    ],
    [
      "a field within",
      damaged((run) => (run["machine"] = { platform: 3 })),
      '"machine.platform" to be a string, received 3',
    ],
    [
      "an item of a list",
      damaged(
        (run) =>
          (run["dataset"] = { name: "x", title: "X", classNames: [], source: { kind: "files", files: [7] } }),
      ),
      '"dataset.source.files[0]" to be an object, received 7',
    ],
    [
      "an unknown key, as a newer version may write",
      damaged((run) => (run["gpu"] = "none")),
      'run.json: expected keys that it has, received "gpu". Remove it, or use the version of Heddle that wrote it if that is a newer one.',
    ],
    [
      "an unknown key within",
      damaged((run) => (run["stretches"] = [{ ...record.stretches[0], cpus: 2 }])),
      'expected keys that it has, received "stretches[0].cpus".',
    ],
    [
      "checkpoints by steps and by seconds",
      damaged((run) => (run["checkpoints"] = { every: { steps: 5, seconds: 5 } })),
      'expected keys that it has, received "checkpoints.every.seconds".',
    ],
    [
      "checkpoints after nothing",
      damaged((run) => (run["checkpoints"] = { every: {} })),
      '"checkpoints.every.seconds" to be a number of at least 0, received nothing',
    ],
  ];
  for (const [name, text, message] of faults) {
    it(`rejects ${name}`, () => {
      expect(() => parseRunRecord("run.json", text)).toThrow(HeddleError);
      expect(() => parseRunRecord("run.json", text)).toThrow(message);
    });
  }

  it("reads no field from a prototype and changes none", () => {
    const text = `{"__proto__": ${JSON.stringify(record)}}`;
    expect(() => parseRunRecord("run.json", text)).toThrow('"formatVersion" to be');
    const odd = JSON.stringify(record).replace('"config":{', '"config":{"__proto__":{"polluted":true},');
    parseRunRecord("run.json", odd);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("parseMetrics", () => {
  it("reads back what was written", () => {
    expect(parseMetrics("metrics.json", JSON.stringify(metrics))).toEqual(metrics);
  });

  it("reads a loss that overflowed, which JSON holds as null", () => {
    const diverged = { ...metrics, test: { accuracy: 0.1, loss: Number.NaN } };
    expect(parseMetrics("metrics.json", JSON.stringify(diverged)).test.loss).toBeNaN();
  });

  it("reads metrics of earlier versions, without interval and chance", () => {
    const { interval: _, chance: __, ...test } = metrics.test;
    expect(parseMetrics("m.json", JSON.stringify({ ...metrics, test })).test).toEqual(test);
  });

  it("rejects an accuracy above 1, a negative speed and an unknown engine", () => {
    const parse = (change: object) => () => parseMetrics("m.json", JSON.stringify({ ...metrics, ...change }));
    expect(parse({ test: { accuracy: 92.7, loss: 0 } })).toThrow(
      'm.json: expected "test.accuracy" to be a number between 0 and 1, received 92.7.',
    );
    expect(parse({ throughput: { trainImagesPerSecond: -1, predictImagesPerSecond: 1 } })).toThrow(
      "at least 0",
    );
    expect(parse({ engine: { ...metrics.engine, width: 512 } })).toThrow(
      '"engine.width" to be 128 or 256, received 512',
    );
    expect(parse({ engine: { ...metrics.engine, gpu: 1 } })).toThrow(
      'm.json: expected keys that it has, received "engine.gpu".',
    );
    expect(parse({ engine: { variant: "fast", threads: 1 } })).toThrow("one of strict, fma");
  });
});
