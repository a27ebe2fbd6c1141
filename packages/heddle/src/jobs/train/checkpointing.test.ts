import { describe, expect, it } from "vitest";
import { resumedNote } from "../../pages/run-sections.js";
import { type CheckpointMarks, checkMarks, parseCheckpointEvery } from "./checkpointing.js";

describe("parseCheckpointEvery", () => {
  it.each([
    ["500", { steps: 500 }],
    ["90s", { seconds: 90 }],
    ["1.5m", { seconds: 90 }],
    ["2h", { seconds: 7200 }],
  ])("reads %s", (text, every) => {
    expect(parseCheckpointEvery(text)).toEqual(every);
  });

  it.each(["0", "-1", "", "1.5", "0m", "ten", "5 steps", "99999999999999999999"])("refuses %j", (text) => {
    expect(parseCheckpointEvery(text)).toBeUndefined();
  });
});

describe("checkMarks", () => {
  const marks: CheckpointMarks = {
    heddle: "1.2.3",
    kernels: "strict",
    model: "a".repeat(64),
    data: "b".repeat(64),
    settings: "c".repeat(64),
  };

  it("accepts the run's own checkpoint, and names the first difference of any other", () => {
    expect(checkMarks("x", { ...marks, history: "" }, marks)).toBeUndefined();
    expect(() => checkMarks("x", { ...marks, heddle: "1.2.4" }, marks)).toThrow(
      "Checkpoint x: expected one of this run's version of Heddle, 1.2.3, received 1.2.4. It belongs to a different run, or run.json was changed: move it out of the folder, or restore run.json.",
    );
    expect(() => checkMarks("x", { ...marks, data: "d".repeat(64) }, marks)).toThrow(
      "expected one of this run's dataset, SHA-256 bbbbbbbbbbbb…, received SHA-256 dddddddddddd…",
    );
    const { model: _, ...without } = marks;
    expect(() => checkMarks("x", without, marks)).toThrow(
      "expected one of this run's model, SHA-256 aaaaaaaaaaaa…, received none",
    );
  });
});

describe("resumedNote", () => {
  const stretch = (threads: number, epoch: number, step: number) => ({
    startedAt: "2026-03-04T15:30:12.000Z",
    threads,
    node: "20.20.2",
    from: { epoch, step },
  });

  it("says how often, where and on how many threads a run was resumed", () => {
    expect(resumedNote({ stretches: [] })).toBe("");
    expect(resumedNote({ stretches: [stretch(2, 0, 0)] })).toBe("");
    expect(resumedNote({ stretches: [stretch(2, 0, 0), stretch(1, 3, 0), stretch(2, 3, 450)] })).toBe(
      "The run was stopped and resumed twice (after epoch 3, after step 450 of epoch 4), on 2 and 1 threads and Node 20.20.2; an uninterrupted run gives the same weights.",
    );
  });
});
