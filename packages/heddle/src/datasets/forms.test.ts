import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { type ClassedImages, toClasses } from "@heddle/core/internal/data/assemble.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { checkTarget, formOfTarget, writeData } from "./convert.js";
import { loadDataset, loadSplits } from "./load.js";
import { temporaryFolder, tinyFiles, writeFiles } from "./tiny-dataset.testing.js";

const text = (content: string) => new TextEncoder().encode(content);
const rows = (count: number) =>
  Array.from({ length: count }, (_, row) => `${row % 3},${row},2,3,4`).join("\n");
const error = async (work: Promise<unknown>) => {
  const thrown = await work.catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(HeddleError);
  return (thrown as Error).message;
};

/** Writes a picture of one colour. */
async function picture(path: string, channels: 1 | 2 | 3 | 4, size = 4, value = 80): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true });
  const raw = { width: size, height: size, channels };
  const pixels = Uint8Array.from({ length: size * size * channels }, (_, at) => (value + 3 * at) & 255);
  const image = sharp(pixels, { raw }).toColourspace(channels < 3 ? "b-w" : "srgb");
  await (path.endsWith(".jpg") ? image.jpeg() : image.png()).toFile(path);
}

describe("loadDataset from a path", () => {
  it("reads a folder with a table for each split, and records its files", async () => {
    const folder = writeFiles(join(temporaryFolder(), "mine"), {
      "my_train.csv": text(rows(6)),
      "my_test.csv.gz": gzipSync(text(rows(3))),
    });
    const { dataset, foundBy } = await loadDataset(folder);
    expect(foundBy).toBe("--data");
    expect(dataset).toMatchObject({ name: "mine", classNames: ["0", "1", "2"] });
    expect([dataset.train.count, dataset.test.count]).toEqual([6, 3]);
    expect(dataset.source).toMatchObject({ kind: "files", path: folder, form: "csv" });
    expect(dataset.source.files.map(({ name }) => name)).toEqual(["my_train.csv", "my_test.csv.gz"]);
    expect(dataset.source.split).toBeUndefined();
  });

  it("reads a single table, holds a part out, and reports what it dropped", async () => {
    const folder = writeFiles(temporaryFolder(), { "Fashion_MNIST.csv": text(`${rows(12)}\n1,,2,3,4\n`) });
    const warnings: string[] = [];
    const path = join(folder, "Fashion_MNIST.csv");
    const { dataset, dropped } = await loadDataset(path, { onWarning: (line) => warnings.push(line) });
    expect(dataset.name).toBe("Fashion_MNIST (unverified)");
    expect([dataset.train.count, dataset.test.count]).toEqual([9, 3]);
    expect(dropped!.rows).toHaveLength(1);
    expect(dataset.source).toMatchObject({
      form: "csv",
      split: { fraction: 1 / 6, seed: 42 },
      dropped: { read: 13, zeroed: 0, dropped: 1, byReason: { "missing value": 1 }, byClass: { 1: 1 } },
    });
    expect(warnings[0]).toBe(
      [
        "1 of 13 rows were dropped. By reason: missing value: 1.",
        "By class: 1: 1.",
        "  Fashion_MNIST.csv:13  missing value  column 2 is empty",
      ].join("\n"),
    );
    expect(warnings[1]).toContain("There is no test split: 3 of 12");
  });

  it("reads pictures in folders, classes in turns, with splits above or not", async () => {
    const folder = temporaryFolder();
    for (const name of ["b/2.png", "b/10.jpg", "a/x.png"]) await picture(join(folder, "train", name), 1);
    await picture(join(folder, "test", "a", "1.png"), 1);
    await picture(join(folder, "val", "a", "1.png"), 1);
    writeFiles(join(folder, "train", "a"), {
      "notes.txt": text("no picture"),
      ".hidden.png": text("nor this"),
    });
    const warnings: string[] = [];
    const { dataset } = await loadDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect(dataset.classNames).toEqual(["a", "b"]);
    expect(dataset.train).toMatchObject({ count: 3, shape: [4, 4, 1] });
    // b/10.jpg at a quarter of the list, a/x.png in its middle, b/2.png behind.
    expect([...dataset.train.labels]).toEqual([1, 0, 1]);
    expect([...dataset.train.images.subarray(16, 19)]).toEqual([80, 83, 86]);
    expect(dataset.source.files.map(({ name }) => name)).toEqual(["train/a/", "train/b/", "test/a/"]);
    expect(warnings.some((line) => line.includes("The 1 pictures in val are left out"))).toBe(true);
    const single = (await loadDataset(join(folder, "train"), { holdOut: { fraction: 0.5 } })).dataset;
    expect([single.train.count, single.test.count]).toEqual([2, 1]);
  });

  it.each([
    [[1, 1], 1],
    [[1, 2], 2],
    [[1, 3], 3],
    [[3, 4], 4],
    [[2, 3], 4],
  ] as const)("gives pictures of %j channels %j", async ([first, second], channels) => {
    const folder = temporaryFolder();
    await picture(join(folder, "a", "1.png"), first);
    await picture(join(folder, "b", "1.png"), second);
    const { train } = await loadSplits(folder);
    expect(train.shape).toEqual([4, 4, channels]);
  });

  it("has classes in their shares in every first part", async () => {
    const folder = temporaryFolder();
    const names = [...Array(8)].flatMap((_, at) => [`a/${at}.png`, ...(at < 4 ? [`b/${at}.png`] : [])]);
    for (const name of names) await picture(join(folder, name), 1);
    const labels = [...(await loadSplits(folder)).train.labels];
    labels.forEach((_, at) => {
      const ofB = labels.slice(0, at + 1).filter((label) => label === 1).length;
      expect(Math.abs(ofB - (at + 1) / 3)).toBeLessThan(1);
    });
  });

  it("refuses options that such data has no use for", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "pictures", "a", "1.png"), 1);
    const table = join(writeFiles(folder, { "a.csv": text(rows(6)) }), "a.csv");
    expect(await error(loadDataset(table, { size: [2, 2] }))).toContain("--size: expected a folder");
    expect(await error(loadSplits(join(folder, "pictures"), { shape: [4, 4, 1] }))).toContain("--shape: ");
    expect(await error(loadDataset(table, { dataDir: folder }))).toContain("Leave one of the two out.");
    expect(await error(loadDataset("fashion-sketch", { shape: [28, 28, 1] }))).toContain("drawn by code");
    // How other data was read before is a default for data of the same form.
    const { dataset } = await loadDataset(table, { readAs: { size: [2, 2], missing: "zero" } });
    expect(dataset.source.options).toEqual({ missing: "zero" });
  });

  it("leaves an opacity out that is full everywhere", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a"));
    await sharp(Uint8Array.of(1, 2, 3, 255), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toFile(join(folder, "a", "1.png"));
    const { train } = await loadSplits(folder);
    expect([...train.shape, ...train.images]).toEqual([1, 1, 3, 1, 2, 3]);
  });

  it("names two pictures of different sizes, scales them when asked, and drops what is no picture", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "a", "1.png"), 1);
    await picture(join(folder, "b", "2.png"), 1, 9);
    expect(await error(loadSplits(folder))).toBe(
      `${folder}: expected pictures of one size, such as a/1.png of 4 × 4, received b/2.png of 9 × 9. Scale them while they are read: --size 4x4.`,
    );
    writeFiles(join(folder, "b"), { "bad.png": text("no picture") });
    const { dataset, dropped } = await loadDataset(folder, {
      size: [6, 5],
      holdOut: { fraction: 0.5 },
    }).catch(async () => {
      await picture(join(folder, "a", "3.png"), 1, 5);
      return loadDataset(folder, { size: [6, 5] });
    });
    expect(dataset.train.shape).toEqual([6, 5, 1]);
    expect(dataset.source.options).toEqual({ size: [6, 5] });
    expect(dropped!.rows).toMatchObject([{ file: "b/bad.png", reason: "unreadable picture", label: "b" }]);
    expect(await error(loadSplits(folder, { size: [6, 5], missing: "error" }))).toContain(
      "bad.png: expected a picture",
    );
  });

  it("says what a file or folder is when it is no dataset", async () => {
    const folder = writeFiles(temporaryFolder(), tinyFiles);
    expect(await error(loadDataset(join(folder, "t10k-images-idx3-ubyte")))).toContain(
      "received an IDX file. Give the folder with all four files.",
    );
    await picture(join(folder, "boot.png"), 1);
    expect(await error(loadDataset(join(folder, "boot.png")))).toContain("received a picture");
    const tables = writeFiles(temporaryFolder(), { "a.csv": text(rows(3)), "b.csv": text(rows(3)) });
    expect(await error(loadDataset(tables))).toContain("received a.csv, b.csv");
    expect(await error(loadDataset(join(folder, "none.csv")))).toContain("which is none of them");
  });
});

const classed = fc
  .record({
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 4 }),
    names: fc.constantFrom(["0", "1", "2"], ["1", "2", "3"], ["ant", "bee", "cat"]),
  })
  .chain(({ height, width, channels, names }) => {
    const set = (count: number) =>
      fc
        .uint8Array({
          minLength: count * height * width * channels,
          maxLength: count * height * width * channels,
        })
        .map(
          (images): ImageSet => ({
            // The first pixel is neither 0 nor 1, so that the values are seen to be bytes; opacity is not full.
            images: images.map((value, at) =>
              at % (height * width * channels) < channels ? value | 2 : value,
            ),
            labels: Uint8Array.from({ length: count }, (_, image) => image % 3),
            count,
            shape: [height, width, channels],
          }),
        );
    return fc.record({ classNames: fc.constant(names), train: set(6), test: set(3) });
  });

const plain = ({ classNames, train, test }: ClassedImages) => ({
  classNames,
  ...Object.fromEntries(
    Object.entries({ train, test }).map(([split, set]) => [
      split,
      set && { images: [...set.images], labels: [...set.labels], shape: [...set.shape] },
    ]),
  ),
});

describe("writeData", () => {
  it.each([
    ["csv", "folder"],
    ["npz", "file.npz"],
  ] as const)("as %s gives the same back", async (form, name) => {
    await fc.assert(
      fc.asyncProperty(classed, async (data) => {
        const target = join(temporaryFolder(), name);
        await writeData(target, data, { form });
        expect(plain(await loadSplits(target))).toEqual(plain(data));
      }),
      { numRuns: 25 },
    );
  });

  it("as pictures and IDX gives the same back", async () => {
    for (const channels of [1, 2, 3, 4]) {
      const shape = [3, 2, channels] as const;
      const set = (count: number): ImageSet => ({
        images: Uint8Array.from({ length: count * 6 * channels }, (_, at) => (at * 37) % 251),
        labels: Uint8Array.from({ length: count }, (_, image) => image % 3),
        count,
        shape,
      });
      const data = { classNames: ["0", "1", "2"], train: set(12), test: set(3) };
      for (const form of ["images", "idx"] as const) {
        const target = join(temporaryFolder(), "folder");
        await writeData(target, data, { form });
        const back = await loadSplits(target);
        if (form === "idx") expect(plain(back)).toEqual(plain(data));
        else expect([...back.train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
        expect([...back.train.images].reduce((sum, value) => sum + value, 0)).toBe(
          [...data.train.images].reduce((sum, value) => sum + value, 0),
        );
        expect([...back.test!.images]).toEqual([...data.test.images]);
      }
    }
  });

  const data = (names: readonly string[]): ClassedImages => ({
    classNames: names,
    train: { images: Uint8Array.of(10, 20, 30), labels: Uint8Array.of(0, 1, 2), count: 3, shape: [1, 1, 1] },
  });

  it("keeps the order of classes whose names would be sorted otherwise", async () => {
    const names = ["T-shirt/top", "Ankle boot", "Bag"];
    const folder = temporaryFolder();
    const warnings: string[] = [];
    await writeData(join(folder, "a.csv"), data(names), { onWarning: (line) => warnings.push(line) });
    expect((await loadSplits(join(folder, "a.csv"))).classNames).toEqual(["0", "1", "2"]);
    expect(warnings).toEqual(["Labels are written as numbers: the names would come back in another order."]);
    await writeData(join(folder, "a.npz"), data(names));
    expect((await loadSplits(join(folder, "a.npz"))).classNames).toEqual(names);
    await writeData(join(folder, "pictures"), data(names), { form: "images" });
    expect(readdirSync(join(folder, "pictures"))).toEqual(["0-T-shirt-top", "1-Ankle-boot", "2-Bag"]);
  });

  it("refuses to overwrite, and replaces whole when forced", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.csv");
    await writeData(path, data(["0", "1", "2"]));
    expect(await error(writeData(path, data(["0", "1", "2"])))).toContain(
      "received a file. Choose another, or replace it",
    );
    await writeData(path, data(["a", "b", "c"]), { force: true });
    expect((await loadSplits(path)).classNames).toEqual(["a", "b", "c"]);
    const tables = join(folder, "tables");
    await writeData(tables, data(["0", "1", "2"]), { form: "csv" });
    expect(await error(writeData(tables, data(["0", "1", "2"]), { form: "csv" }))).toContain(
      "a folder with files",
    );
    await writeData(tables, data(["0", "1", "2"]), { form: "images", force: true });
    expect(readdirSync(tables)).toEqual(["0", "1", "2"]);
    writeFiles(join(folder, "home"), { "letter.txt": text("dear") });
    expect(await error(checkTarget(join(folder, "home"), true))).toContain("a folder that holds no dataset");
    expect(readdirSync(folder).sort()).toEqual(["a.csv", "home", "tables"]);
  });

  it("leaves nothing behind when it fails", async () => {
    const folder = temporaryFolder();
    const floats = toClasses({
      train: {
        name: "a",
        images: Float32Array.of(0.5, 200),
        shape: [1, 1, 1],
        count: 2,
        labelTexts: ["0", "1"],
        labels: Int32Array.of(0, 1),
      },
    });
    expect(await error(writeData(join(folder, "p"), floats, { form: "images" }))).toContain(
      "received floats",
    );
    writeFileSync(join(folder, "file"), "");
    expect(await error(writeData(join(folder, "file", "a.csv"), floats))).toContain(
      "a path that leads through a file",
    );
    expect(readdirSync(folder)).toEqual(["file"]);
    renameSync(join(folder, "file"), join(folder, "moved"));
  });

  it("knows the form from the target, or asks", () => {
    expect([formOfTarget("a.csv"), formOfTarget("a.csv.gz"), formOfTarget("a.npz")]).toEqual([
      "csv",
      "csv",
      "npz",
    ]);
    expect(formOfTarget("a", "images")).toBe("images");
    expect(() => formOfTarget("a")).toThrow("expected a target that ends in .csv, .csv.gz or .npz, or --to");
    expect(() => formOfTarget("a.npz", "csv")).toThrow(
      "a.npz: expected a target for csv, received one that ends in .npz.",
    );
  });
});
