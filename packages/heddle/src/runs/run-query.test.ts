import { describe, expect, it } from "vitest";
import { parseSince, queryRuns } from "./run-query.js";
import type { RunSummary } from "./run-store.js";

const run = (id: string, more: Partial<RunSummary>): RunSummary => ({
  id,
  path: `runs/${id}`,
  name: null,
  tags: [],
  status: "finished",
  dataset: "mnist",
  seed: 1,
  epochs: { done: 2, planned: 2 },
  testAccuracy: null,
  testInterval: null,
  crossValidation: null,
  testLoss: null,
  trainAccuracy: null,
  startedAt: "2026-03-04T00:00:00.000Z",
  finishedAt: null,
  seconds: null,
  weightsSha256: null,
  ...more,
});

const runs = [
  run("a", { testAccuracy: 0.9, testLoss: 0.3, startedAt: "2026-03-01T00:00:00.000Z", tags: ["x", "y"] }),
  run("b", { status: "stopped", startedAt: "2026-03-02T00:00:00.000Z", dataset: "cifar" }),
  run("c", { testAccuracy: 0.95, testLoss: Number.NaN, startedAt: "2026-03-03T00:00:00.000Z", tags: ["x"] }),
];
const ids = (query: Parameters<typeof queryRuns>[1]) => queryRuns(runs, query).map(({ id }) => id);

describe("queryRuns", () => {
  it("lists the newest run first", () => {
    expect(ids({})).toEqual(["c", "b", "a"]);
    expect(ids({ reverse: true })).toEqual(["a", "b", "c"]);
    expect(ids({ limit: 1 })).toEqual(["c"]);
  });

  it("lists the best run first, and runs without a value last, also in reverse order", () => {
    expect(ids({ sort: "accuracy" })).toEqual(["c", "a", "b"]);
    expect(ids({ sort: "accuracy", reverse: true })).toEqual(["a", "c", "b"]);
    expect(ids({ sort: "loss" })).toEqual(["a", "c", "b"]);
    expect(ids({ sort: "dataset" })).toEqual(["b", "c", "a"]);
  });

  it("lists only runs that match", () => {
    expect(ids({ status: "stopped" })).toEqual(["b"]);
    expect(ids({ dataset: "mnist" })).toEqual(["c", "a"]);
    expect(ids({ tags: ["x"] })).toEqual(["c", "a"]);
    expect(ids({ tags: ["x", "y"] })).toEqual(["a"]);
    expect(ids({ since: new Date("2026-03-02T00:00:00Z") })).toEqual(["c", "b"]);
  });
});

describe("parseSince", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  it.each([
    ["2026-03-04", "2026-03-04T00:00:00.000Z"],
    ["2026-03-04T10:00", "2026-03-04T10:00:00.000Z"],
    ["2026-03-04T10:00:00+02:00", "2026-03-04T08:00:00.000Z"],
    ["90m", "2026-03-10T10:30:00.000Z"],
    ["12h", "2026-03-10T00:00:00.000Z"],
    ["7d", "2026-03-03T12:00:00.000Z"],
    ["2w", "2026-02-24T12:00:00.000Z"],
  ])("reads %s", (text, moment) => {
    expect(parseSince(text, now)?.toISOString()).toBe(moment);
  });

  it.each(["", "yesterday", "7", "7y", "2026-13-01", "2026-02-30T99:00", "-7d", "04.03.2026"])(
    "refuses %j",
    (text) => {
      expect(parseSince(text, now)).toBeUndefined();
    },
  );
});
