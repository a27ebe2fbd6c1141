import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RegularizationFolder } from "./folder.js";
import {
  parseRegularizationRecord,
  parseTestRecord,
  parseTrialRecord,
  type RegularizationRecord,
  type TrialRecord,
} from "./records.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-study-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const measured = { accuracy: 0.5, loss: 1 };
const trial: TrialRecord = {
  formatVersion: 1,
  key: "0123456789abcdef",
  regime: "l2",
  setting: "l2 0.001",
  purpose: "comparing",
  seed: 1,
  parameters: 10,
  history: [],
  epoch: 1,
  validation: measured,
  seconds: 1,
  weightsSha256: "0".repeat(64),
  engine: { variant: "strict", threads: 1 },
};

it("a trial in the file of another is refused", async () => {
  const study = new RegularizationFolder(folder);
  await study.writeTrial(trial);
  expect(await study.readTrial(trial.key)).toEqual(trial);
  const path = (key: string) => join(folder, "trials", `${key}.json`);
  const other = "fedcba9876543210";
  copyFileSync(path(trial.key), path(other));
  await expect(study.readTrial(other)).rejects.toThrow(
    `${path(other)}: expected the trial ${other}, received the trial ${trial.key}. Delete the file`,
  );
});

it("a folder with anything but a study's files is refused by the first name", async () => {
  const path = join(folder, "mixed");
  const study = new RegularizationFolder(path);
  await study.refuseOther();
  mkdirSync(join(path, "weights"), { recursive: true });
  await study.writeTrial(trial, new Uint8Array(1));
  await study.writeReport("page");
  await study.refuseOther();
  for (const name of ["weights/thesis.docx", "notes.md", "trials/mine.txt"]) {
    writeFileSync(join(path, name), "mine");
    await expect(study.refuseOther()).rejects.toThrow(
      `Folder ${path}: expected a new folder, or that of a study, received a folder that holds ${name}.`,
    );
    rmSync(join(path, name));
  }
});

const speed = { imagesPerSecond: 1, evaluatedPerSecond: 1 };
const record: RegularizationRecord = {
  ...{ formatVersion: 1, study: "regularization", command: "heddle study regularization" },
  request: { seeds: "2" },
  dataset: { name: "fashion-mnist", title: "Fashion-MNIST" },
  images: { train: 50_000, validation: 10_000, test: 10_000 },
  speeds: { none: speed, maxPooling: speed, strides: speed },
  plan: { seeds: 2, epochs: 1, choosingEpochs: 1, expectedSeconds: 1 },
  versions: { heddle: "0.1.0", node: "20.20.2" },
  machine: { platform: "linux", architecture: "x64", cpu: "unknown", cores: 2, memoryBytes: 2 ** 32 },
  startedAt: "2026-03-04T15:30:12.000Z",
};

it("study.json is read back whole", () => {
  expect(parseRegularizationRecord("study.json", JSON.stringify(record))).toEqual(record);
});

it.each([
  ["study.json", parseRegularizationRecord, record, "machine"],
  ["trial.json", parseTrialRecord, trial, "validation"],
  [
    "test.json",
    parseTestRecord,
    { formatVersion: 1, lookedAt: record.startedAt, results: { a: measured } },
    "results",
  ],
])("an unknown key in %s is refused by its name", (file, parse, value, inner) => {
  const read = (damaged: object) => () => parse(file, JSON.stringify(damaged));
  read(value)();
  expect(read({ ...value, sedes: 3 })).toThrow(`${file}: expected keys that it has, received "sedes".`);
  const within = (value as unknown as Record<string, object>)[inner];
  expect(read({ ...value, [inner]: { ...within, sedes: { accuracy: 1, loss: 1, typo: 1 } } })).toThrow(
    `received "${inner}.sedes`,
  );
});

it("a plan with more seeds than anybody has time for is refused as damaged", () => {
  const plan = (seeds: number) => JSON.stringify({ ...record, plan: { ...record.plan, seeds } });
  expect(parseRegularizationRecord("study.json", plan(10_000)).plan.seeds).toBe(10_000);
  expect(() => parseRegularizationRecord("study.json", plan(1e15))).toThrow(
    'study.json: expected "plan.seeds" to be a whole number from 2 to 10000, received 1000000000000000.',
  );
});
