import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RegularizationFolder } from "./folder.js";
import { parseRegularizationRecord, parseTestRecord, type RegularizationRecord } from "./records.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-study-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const measured = { accuracy: 0.5, loss: 1 };

it("a folder with anything but a study's files is refused by the first name", async () => {
  const path = join(folder, "mixed");
  const study = new RegularizationFolder(path);
  await study.refuseOther();
  const trainings = join(path, "sweep", "trainings");
  mkdirSync(trainings, { recursive: true });
  for (const name of ["00001-seed-42.json", "00001-seed-42.safetensors"]) {
    writeFileSync(join(trainings, name), "{}");
  }
  await study.writeReport("page");
  await study.refuseOther();
  for (const name of ["sweep/trainings/thesis.docx", "notes.md", "sweep/mine.txt"]) {
    writeFileSync(join(path, name), "mine");
    await expect(study.refuseOther()).rejects.toThrow(
      `Folder ${path}: expected a new folder, or that of a study, received a folder that holds ${name}.`,
    );
    rmSync(join(path, name));
  }
  // Once the test images have been looked at.
  await study.removeWeights();
  expect(readdirSync(trainings)).toEqual(["00001-seed-42.json"]);
});

const record: RegularizationRecord = {
  ...{ formatVersion: 2, study: "regularization", command: "heddle study regularization" },
  request: { seeds: "2" },
  dataset: { name: "fashion-mnist", title: "Fashion-MNIST" },
  images: { train: 50_000, validation: 10_000, test: 10_000 },
  versions: { heddle: "0.1.0", node: "20.20.2" },
  machine: { platform: "linux", architecture: "x64", cpu: "unknown", cores: 2, memoryBytes: 2 ** 32 },
  startedAt: "2026-03-04T15:30:12.000Z",
};

it("study.json is read back whole", () => {
  expect(parseRegularizationRecord("study.json", JSON.stringify(record))).toEqual(record);
});

it.each([
  ["study.json", parseRegularizationRecord, record, "machine"],
  [
    "test.json",
    parseTestRecord,
    {
      formatVersion: 2,
      lookedAt: record.startedAt,
      results: { "0-42": { train: measured, test: measured } },
    },
    "results",
  ],
])("an unknown key in %s is refused by its name", (file, parse, value, inner) => {
  const read = (damaged: object) => () => parse(file, JSON.stringify(damaged));
  read(value)();
  expect(read({ ...value, sedes: 3 })).toThrow(`${file}: expected keys that it has, received "sedes".`);
  const within = (value as unknown as Record<string, object>)[inner];
  expect(
    read({ ...value, [inner]: { ...within, sedes: { train: measured, test: measured, typo: 1 } } }),
  ).toThrow(`received "${inner}.sedes`);
});
