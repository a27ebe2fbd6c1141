import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { describe, expect, it } from "vitest";
import { describeMachine } from "../system/machine.js";
import { type Metrics, parseMetrics, parseRunRecord, type RunRecord } from "./records.js";

const sha256 = "0123456789abcdef".repeat(4);

const record: RunRecord = {
  formatVersion: 1,
  id: "2026-03-04-153012-fashion-mnist",
  status: "finished",
  command: "heddle study fashion-mnist --seed 42",
  configuration: { epochs: 16, optimizer: { name: "adam", epsilon: 1e-7 }, layers: ["conv", "pool"] },
  seed: 42,
  versions: { heddle: "0.1.0", node: "20.20.2" },
  machine: describeMachine(),
  dataset: {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    classNames: ["Trouser", "Bag"],
    source: { kind: "files", path: "data", files: [{ name: "train.gz", bytes: 12, sha256 }] },
  },
  startedAt: "2026-03-04T15:30:12.000Z",
  finishedAt: "2026-03-04T15:32:12.000Z",
  timeSeconds: { data: 0.5, training: 100 },
  weightsSha256: sha256,
};

const metrics: Metrics = {
  dataset: { name: "fashion-mnist" },
  train: { accuracy: 0.96, loss: 0.11, runningAccuracy: 0.947 },
  test: { accuracy: 0.927, loss: 0.2 },
  throughput: { trainImagesPerSecond: 4500, predictImagesPerSecond: 15000 },
  timeSeconds: { total: 210 },
  weights: { sha256 },
  engine: { variant: "strict", threads: 2 },
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
    const { finishedAt: _, weightsSha256: __, ...unfinished } = record;
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
    [
      "a missing field",
      damaged((run) => delete run["seed"]),
      '"seed" to be a whole number of at least 0, received nothing',
    ],
    [
      "a wrong type",
      damaged((run) => (run["seed"] = "42")),
      '"seed" to be a whole number of at least 0, received "42"',
    ],
    ["a wrong word", damaged((run) => (run["status"] = "done")), '"status" to be one of running, finished'],
    [
      "another format",
      damaged((run) => (run["formatVersion"] = 2)),
      "expected a run of format 1, received format 2",
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
  ];
  for (const [name, text, message] of faults) {
    it(`rejects ${name}`, () => {
      expect(() => parseRunRecord("run.json", text)).toThrow(HeddleError);
      expect(() => parseRunRecord("run.json", text)).toThrow(message);
    });
  }

  it("takes no field from a prototype and changes none", () => {
    const text = `{"__proto__": ${JSON.stringify(record)}}`;
    expect(() => parseRunRecord("run.json", text)).toThrow('"formatVersion" to be');
    const odd = JSON.stringify(record).replace('"epochs":16', '"__proto__":{"polluted":true}');
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

  it("rejects an accuracy above 1, a negative speed and an unknown engine", () => {
    const parse = (change: object) => () => parseMetrics("m.json", JSON.stringify({ ...metrics, ...change }));
    expect(parse({ test: { accuracy: 92.7, loss: 0 } })).toThrow(
      'm.json: expected "test.accuracy" to be a number between 0 and 1, received 92.7.',
    );
    expect(parse({ throughput: { trainImagesPerSecond: -1, predictImagesPerSecond: 1 } })).toThrow(
      "at least 0",
    );
    expect(parse({ engine: { variant: "fast", threads: 1 } })).toThrow("one of strict, fma");
  });
});

describe("describeMachine", () => {
  it("names the machine", () => {
    const machine = describeMachine();
    expect(machine.platform).toBe(process.platform);
    expect(machine.cores).toBeGreaterThanOrEqual(1);
    expect(machine.cpu).not.toBe("");
    expect(machine.memoryBytes).toBeGreaterThan(2 ** 26);
  });
});
