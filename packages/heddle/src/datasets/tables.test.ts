import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset, loadSplits } from "./load.js";
import { chooseTables } from "./tables.js";
import { temporaryFolder, writeFiles } from "./tiny-dataset.testing.js";

/** A folder with these tables. */
const folderOf = (tables: Readonly<Record<string, readonly string[]>>) =>
  writeFiles(
    join(temporaryFolder(), "kg"),
    Object.fromEntries(
      Object.entries(tables).map(([name, lines]) => [name, new TextEncoder().encode(lines.join("\n"))]),
    ),
  );
const train = [
  "label,pixel0,pixel1,pixel2,pixel3",
  ...Array.from({ length: 12 }, (_, row) => `${row % 2},209,8,7,6`),
];

describe("the tables of a folder", () => {
  it.each([
    [["digits.csv"], { train: "digits.csv" }],
    [
      ["sample_submission.csv", "test.csv", "train.csv"],
      { train: "train.csv", test: "test.csv", unused: ["sample_submission.csv"] },
    ],
    [["train.csv", "val.csv"], { train: "train.csv", test: "val.csv", unused: [] }],
    [["a-train.csv", "b-train.csv", "test.csv"], undefined],
    [["a.csv", "b.csv"], undefined],
  ])("%j are chosen by their names", (names, chosen) => {
    expect(chooseTables(names)).toEqual(chosen);
  });

  it("are used as far as they have labels, and what is left out is named with its count", async () => {
    const folder = folderOf({
      "train.csv": train,
      "test.csv": ["pixel0,pixel1,pixel2,pixel3", "1,2,3,4", "5,6,7,8"],
      "sample_submission.csv": ["ImageId,Label", "1,0"],
    });
    const warnings: string[] = [];
    const { dataset } = await loadDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect([dataset.train.count, dataset.test.count]).toEqual([10, 2]);
    expect(warnings).toEqual([
      "Left out: 2 rows: test.csv has no labels.",
      "Left out: 1 table: neither train nor test is in their names (sample_submission.csv).",
      "No test split: held out 2 of 12 images, the same share of each class (seed 42).",
    ]);
  });

  it("are matched by the names of their columns", async () => {
    const folder = folderOf({
      "train.csv": ["label,a,b,c,d", "0,1,2,3,4", "1,5,6,7,8"],
      "test.csv": ["d,label,c,b,a", "4,0,3,2,1"],
    });
    const { test } = await loadSplits(folder);
    expect([...test!.images]).toEqual([1, 2, 3, 4]);
    const other = folderOf({
      "train.csv": train,
      "test.csv": ["label,pixel0,pixel1,pixel2,pixel4", "0,1,2,3,4"],
    });
    await expect(loadSplits(other)).rejects.toThrow(
      `${join(other, "test.csv")}: expected the columns of train.csv, received no pixel3, and in addition pixel4.`,
    );
  });

  it("are refused if one holds test rows although there is a table of them", async () => {
    const folder = folderOf({
      "train.csv": ["label,a,b,c,d,split", "0,1,2,3,4,train", "1,5,6,7,8,test"],
      "test.csv": ["label,a,b,c,d", "0,1,2,3,4"],
    });
    await expect(loadSplits(folder)).rejects.toThrow("received 1 training and 1 test rows, and ");
  });

  it("are read by options, which the dataset remembers", async () => {
    const lines = Array.from({ length: 12 }, (_, row) => `${row},9,8,7,6,${row % 2 ? "10" : "9"}`);
    const folder = folderOf({ "data.csv": lines });
    const options = { labelColumn: "last", dropColumns: ["1"], classOrder: "text" } as const;
    const { dataset } = await loadDataset(folder, options);
    expect(dataset.classNames).toEqual(["10", "9"]);
    expect(dataset.source.options).toEqual(options);
    const again = await loadDataset(folder, { readAs: dataset.source.options });
    expect(again.dataset.train).toEqual(dataset.train);
  });
});
