import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "@heddle/core/internal/model/model.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataOfModel } from "./data-of-model.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-data-of-model-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The labels of a table of such classes, as a model without a run that knows its classes takes them. */
async function labelsFor(classes: readonly string[] | undefined, ...labels: readonly string[]) {
  const data = join(folder, "table.csv");
  const rows = labels.map((label, row) => [label, row, 40 + row, 90, 200 - row].join());
  await writeFile(data, ["label,p0,p1,p2,p3", ...rows].join("\n"));
  const model = { classes } as unknown as Model;
  const { classNames, test } = await dataOfModel({ run: undefined, model }, { data, load: {} });
  return [...test.labels].map((label) => [label, classNames[label]]);
}

it("has the classes that a model's file names, wherever the data's own would be", async () => {
  expect(await labelsFor(["bag", "coat", "shoe"], "shoe", "bag", "shoe")).toEqual([
    [2, "shoe"],
    [0, "bag"],
    [2, "shoe"],
  ]);
  expect(await labelsFor(undefined, "shoe", "bag")).toEqual([
    [1, "shoe"],
    [0, "bag"],
  ]);
  await expect(labelsFor(["bag", "coat"], "shoe", "bag")).rejects.toThrow(
    /: expected the model's classes: bag, coat, received the class shoe\. Choose data with the same classes\.$/,
  );
});
