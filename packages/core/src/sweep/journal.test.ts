import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../base/json.js";
import { Journal } from "./journal.js";
import { formatPythonJson, PythonFloat, parsePythonJson } from "./python-json.js";
import { JournalRecords } from "./records.js";
import { sampleJournal, sampleSweep } from "./sample-journal.testing.js";

// What tools/golden/sweep-journal.py wrote with real Optuna.
const folder = new URL("../../../../tests/golden/sweep/", import.meta.url);

function goldenBytes(name: string): Uint8Array {
  return readFileSync(new URL(name, folder));
}

function replay(bytes: Uint8Array): Journal {
  const journal = new Journal("journal.log");
  journal.read(bytes);
  return journal;
}

const optunaNames = {
  ...{ running: "RUNNING", complete: "COMPLETE", stopped: "PRUNED", failed: "FAIL" },
  ...{ paused: "WAITING", interrupted: "WAITING", waiting: "WAITING" },
};

/** The state of a journal in the words of tools/golden/sweep-journal.py. */
function inOptunasWords({ studies }: Journal): unknown {
  const number = (value: number) =>
    Number.isFinite(value) ? value : value > 0 ? "inf" : Number.isNaN(value) ? "nan" : "-inf";
  const utc = (time: string | undefined) => time ?? null;
  return studies.map((study) => ({
    name: study.name,
    directions: study.goals.map((goal) => goal?.toUpperCase()),
    userAttributes: study.userAttributes,
    systemAttributes: study.systemAttributes,
    trials: study.trials.map((trial) => ({
      number: trial.number,
      state: optunaNames[trial.state],
      values: trial.values,
      distributions: Object.fromEntries(
        Object.entries(trial.distributions).map(([name, text]) => [name, JSON.parse(text)]),
      ),
      objectives: trial.objectives?.map(number) ?? null,
      reports: trial.reports.map(({ step, value }) => [step, number(value)]),
      userAttributes: trial.userAttributes,
      systemAttributes: trial.systemAttributes,
      started: utc(trial.started),
      completed: utc(trial.completed),
    })),
  }));
}

/** With distributions as what they hold, so that spaces in them do not count. */
function goldenState(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"), (key, value) =>
    key === "distributions"
      ? Object.fromEntries(Object.entries(value).map(([one, text]) => [one, JSON.parse(text as string)]))
      : value,
  );
}

describe("Journal", () => {
  it("makes of Optuna's journal what Optuna makes of it", () => {
    expect(inOptunasWords(replay(goldenBytes("optuna.journal")))).toEqual(goldenState("optuna-state.json"));
  });

  it("makes of a sweep's journal what Optuna makes of it", () => {
    expect(inOptunasWords(replay(goldenBytes("heddle.journal")))).toEqual(goldenState("heddle-state.json"));
  });

  it("is the state of its whole lines, wherever it is cut and in whatever pieces it is read", () => {
    const bytes = goldenBytes("heddle.journal");
    const ends = [0, ...[...bytes.keys()].filter((at) => bytes[at] === 10).map((at) => at + 1)];
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (cut, piece) => {
        const whole = ends.findLast((end) => end <= cut)!;
        const journal = new Journal("journal.log");
        expect(journal.read(bytes.subarray(0, cut))).toBe(whole);
        expect(journal.studies).toEqual(replay(bytes.subarray(0, whole)).studies);
        // The process that goes on after the cut ends with the same state.
        const next = Math.max(whole, ends.findLast((end) => end <= Math.max(piece, whole))!);
        journal.read(bytes.subarray(whole, next));
        journal.read(bytes.subarray(next));
        expect(journal.studies).toEqual(replay(bytes).studies);
      }),
      { numRuns: 25 },
    );
  });

  it("lets no trial end twice, whoever says so", () => {
    const records = new JournalRecords("w");
    const journal = replay(goldenBytes("heddle.journal"));
    const study = journal.study(sampleSweep.name)!;
    const before = structuredClone(study);
    for (const trial of before.trials) {
      const at = new Date();
      const lines = [
        records.complete(trial, 1e9, at),
        records.fail(trial, "again", at),
        records.report(trial, 1, 5),
        records.resume(trial, at),
      ];
      journal.read(new TextEncoder().encode(lines.join("")));
    }
    expect(study).toEqual(before);
  });

  it("tells an interrupted trial from one that failed, paused or was enqueued by Optuna", () => {
    const records = new JournalRecords("w");
    const { goal, name, definition, space } = sampleSweep;
    const journal = new Journal("journal.log");
    const read = (lines: string) => journal.read(new TextEncoder().encode(lines));
    read(records.createStudy({ id: 0, name, goal, definition }));
    const study = journal.study(name)!;
    const values = { optimizer: "adam", learningRate: 1, share: 0, epochs: 1, width: 1 };
    for (let count = 0; count < 3; count++) read(records.start(study, space, { values, at: new Date() }));
    read(
      records.interrupt(study.trials[0]!) +
        records.fail(study.trials[1]!, "why", new Date()) +
        records.pause(study.trials[2]!),
    );
    read('{"op_code":4,"worker_id":"o","study_id":0,"datetime_start":null,"state":4}\n');
    expect(study.trials.map(({ state }) => state)).toEqual(["interrupted", "failed", "paused", "waiting"]);
    expect(study.trials[1]!.systemAttributes).toEqual({ "heddle:error": "why" });
    const { started } = study.trials[0]!;
    read(records.resume(study.trials[0]!, new Date(1e12)) + records.resume(study.trials[2]!, new Date(), 3));
    expect(study.trials[0]).toMatchObject({ state: "running", started });
    expect(study.trials[2]).toMatchObject({ state: "running", systemAttributes: { "heddle:until": 3 } });
  });

  it.each([
    ["nothing", "", "Unexpected end of JSON input"],
    ["half a record", '{"op_code":', "Unexpected end of JSON input"],
    ["a list", "[1]", "[1]"],
    ["an unknown operation", '{"op_code":11,"study_id":0}', '"op_code" 11'],
    ["a trial without an id", '{"op_code":6,"state":1}', '"trial_id" missing'],
    ["an unknown state", '{"op_code":4,"study_id":0,"state":9}', '"state" 9'],
    [
      "a choice that is none",
      '{"op_code":4,"study_id":0,"params":{"a":2},"distributions":{"a":"{\\"name\\":\\"CategoricalDistribution\\",\\"attributes\\":{\\"choices\\":[1]}}"}}',
      "choice 2 of 1",
    ],
    [
      "an unknown distribution",
      '{"op_code":4,"study_id":0,"params":{"a":2},"distributions":{"a":"{\\"name\\":\\"Normal\\"}"}}',
      'the distribution {"name":"Normal"}',
    ],
  ])("names the line that is %s", (_, line, received) => {
    const lines = `{"op_code":0,"study_name":"s","directions":[1]}\n${line}\n`;
    expect(() => replay(new TextEncoder().encode(lines))).toThrow(
      `journal.log, line 2: expected a record of a journal, received ${received}. ` +
        "The file is damaged: restore it from a copy, or remove the line if you can do without it.",
    );
  });
});

describe("a sweep's decisions", () => {
  it("are the same from every beginning of its journal, as long as it wrote that itself", () => {
    // The sample is made by decisions on a journal that grows; here each is made on one that was just read.
    expect(sampleJournal()).toBe(new TextDecoder().decode(goldenBytes("heddle.journal")));
    const bytes = goldenBytes("heddle.journal");
    const lines = new TextDecoder().decode(bytes).split("\n").slice(0, -1);
    lines.forEach((line, index) => {
      const record = JSON.parse(line.replace(":NaN", ":0"));
      if (record.op_code !== 4) return;
      const before = replay(new TextEncoder().encode(`${lines.slice(0, index).join("\n")}\n`));
      const decision = sampleSweep.decide(before.study(sampleSweep.name)!);
      const started = replay(new TextEncoder().encode(`${lines.slice(0, index + 1).join("\n")}\n`));
      const { values } = started.study(sampleSweep.name)!.trials.at(-1)!;
      expect(decision).toMatchObject({ kind: "start", values });
    });
  });
});

describe("Python's JSON", () => {
  it("comes back as it was written, with NaN and infinities outside of strings", () => {
    const numbers = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        numbers,
        fc.constantFrom("NaN", '"Infinity', "\\", "é\n", ""),
        fc.constantFrom(null, true, false),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "NaN", '"'), tie("tree"), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree as fc.Arbitrary<Json>, (value) => {
        expect(parsePythonJson(formatPythonJson(value))).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  it("marks floats", () => {
    const values = [1, -0, 1e21, 1e-7, Number.NaN].map((value) => new PythonFloat(value));
    expect(formatPythonJson(values)).toBe("[1.0,-0.0,1e+21,1e-7,NaN]");
  });
});
