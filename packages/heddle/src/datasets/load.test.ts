import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { writeNpy } from "@heddle/core/internal/formats/npy.js";
import { zipSync } from "fflate";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type LoadOptions, loadDataset, loadSplits } from "./load.js";
import { temporaryFolder, tinyEntry, tinyFiles, tinyPacked, writeFiles } from "./tiny-dataset.testing.js";
import { writeData } from "./write-data.js";

const text = (content: string) => new TextEncoder().encode(content);
const rows = (count: number) =>
  Array.from({ length: count }, (_, row) => `${row % 3},${row},2,3,4`).join("\n");
/** Options under which no dataset is on disk. */
const nowhere = (): LoadOptions & { cacheDir: string } => ({
  env: {},
  cacheDir: join(temporaryFolder(), "cache"),
  entries: [tinyEntry()],
});
const error = async (work: Promise<unknown>) => {
  const thrown = await work.catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(HeddleError);
  return (thrown as Error).message;
};

/** Writes a picture whose values differ from pixel to pixel. */
async function picture(path: string, channels: 1 | 2 | 3 | 4, size = 4, value = 80): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true });
  const raw = { width: size, height: size, channels };
  const pixels = Uint8Array.from({ length: size * size * channels }, (_, at) => (value + 3 * at) & 255);
  const image = sharp(pixels, { raw }).toColourspace(channels < 3 ? "b-w" : "srgb");
  await (path.endsWith(".jpg") ? image.jpeg() : image.png()).toFile(path);
}

describe("loadDataset by name", () => {
  it("draws fashion-sketch, which has no folder", async () => {
    const { dataset, foundBy } = await loadDataset("fashion-sketch", {
      sketch: { train: 20, test: 10, seed: 5 },
    });
    expect(foundBy).toBe("generated");
    expect(dataset).toMatchObject({ name: "fashion-sketch", source: { kind: "generated", seed: 5 } });
    expect([dataset.train.count, dataset.test.count]).toEqual([20, 10]);
    await expect(loadDataset("fashion-sketch", { dataDir: "somewhere" })).rejects.toThrow(
      'Dataset "fashion-sketch": expected no folder, because it is drawn by code, received somewhere. Remove `dataDir`.',
    );
  });

  it("draws fashion-sketch until a signal stops it", async () => {
    const control = new AbortController();
    setImmediate(() => control.abort());
    await expect(loadDataset("fashion-sketch", { signal: control.signal })).rejects.toThrow(
      new AbortedError("Drawing fashion-sketch: stopped on request."),
    );
  });

  it("loads whatever is in a folder, under the name that its checksums identify", async () => {
    const options = nowhere();
    const folder = writeFiles(join(temporaryFolder(), "kuzushiji"), tinyFiles);
    const known = await loadDataset(folder, options);
    expect(known).toMatchObject({ foundBy: "path", dataset: { name: "tiny", title: "Tiny" } });
    const foreign = { ...options, entries: [{ ...tinyEntry(), files: [] }] };
    expect((await loadDataset(folder, foreign)).dataset.name).toBe("kuzushiji");
    expect((await loadDataset("tiny", { ...foreign, dataDir: folder })).dataset.name).toBe("kuzushiji");
  });

  it("refuses files that are not the published ones in HEDDLE_DATA and in the cache", async () => {
    const options = nowhere();
    const packed = { ...tinyPacked };
    const labels = packed["t10k-labels-idx1-ubyte.gz"]!.slice();
    labels[9]! ^= 1; // the header's byte for the operating system, which leaves the contents intact
    packed["t10k-labels-idx1-ubyte.gz"] = labels;
    const folder = writeFiles(join(options.cacheDir, "tiny"), packed);
    await expect(loadDataset("tiny", options)).rejects.toThrow(
      `${folder}: expected the files of Tiny as published, received files with different checksums. Delete the folder to download them again.`,
    );
    await expect(loadDataset("tiny", { ...options, env: { HEDDLE_DATA: options.cacheDir } })).rejects.toThrow(
      "Replace them, or set `dataDir` to the folder to use them as they are.",
    );
    expect((await loadDataset("tiny", { ...options, dataDir: folder })).dataset.name).toBe(
      "tiny (unverified)",
    );
  });

  it("refuses names that are neither a dataset nor a path with data", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(loadDataset(file)).rejects.toThrow("received an empty file");
    await expect(loadDataset("mnits")).rejects.toThrow(HeddleError);
    mkdirSync(`${file}.d`);
    await expect(loadDataset(`${file}.d`)).rejects.toThrow("received a folder without");
  });
});

describe("loadDataset from a path", () => {
  it("reads a folder with a table for each split, and records its files", async () => {
    const folder = writeFiles(join(temporaryFolder(), "mine"), {
      "my_train.csv": text(rows(6)),
      "my_test.csv.gz": gzipSync(text(rows(3))),
    });
    const { dataset, foundBy } = await loadDataset(folder);
    expect(foundBy).toBe("path");
    expect(dataset).toMatchObject({ name: "mine", classNames: ["0", "1", "2"] });
    expect([dataset.train.count, dataset.test.count]).toEqual([6, 3]);
    expect(dataset.source).toMatchObject({ kind: "files", path: folder, form: "csv" });
    expect(dataset.source.files.map(({ name }) => name)).toEqual(["my_train.csv", "my_test.csv.gz"]);
    expect(dataset.source.split).toBeUndefined();
  });

  it("reads a single table, holds out a part, and reports dropped rows", async () => {
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
    expect(warnings[2]).toContain("No test split: held out 3 of 12");
  });

  it("reads an npz file for each split, whose arrays have the same names", async () => {
    const archive = (values: number[], labels: number[]) =>
      zipSync({
        "images.npy": writeNpy([values.length, 1, 1], Uint8Array.from(values)),
        "labels.npy": writeNpy([labels.length], Uint8Array.from(labels)),
      });
    const folder = writeFiles(temporaryFolder(), {
      "train.npz": archive([0, 255, 3], [0, 1, 1]),
      "test.npz": archive([4, 255], [1, 0]),
      "val.npz": archive([7], [1]),
    });
    const { dataset } = await loadDataset(folder);
    expect([...dataset.train.images, ...dataset.test.images]).toEqual([0, 255, 3, 4, 255]);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 1, 1, 1, 0]);
    expect(dataset.source.files.map(({ name }) => name)).toEqual(["train.npz", "test.npz"]);
    const { train, leftOut } = dataset.source.reading!;
    expect(train.from).toContain("train images");
    expect(leftOut).toMatchObject([{ what: "file", examples: ["val.npz"] }]);
    rmSync(join(folder, "val.npz"));
    writeFiles(folder, { "test.npz": zipSync({ "x_test.npy": writeNpy([1, 1, 1], Uint8Array.of(7)) }) });
    const { dataset: lone } = await loadDataset(folder);
    expect(lone.source.reading!.leftOut).toMatchObject([{ what: "array", examples: ["test x_test"] }]);
  });

  it("warns of numbered folders, which Keras orders as text, and remembers the order", async () => {
    const folder = temporaryFolder();
    for (const label of ["1", "2", "10"]) {
      for (const at of [0, 1]) await picture(join(folder, label, `${at}.png`), 1, 4, 9 * Number(label) + at);
    }
    const warnings: string[] = [];
    const onWarning = (line: string) => warnings.push(line);
    const options = { holdOut: "none", onWarning } as const;
    const { dataset } = await loadDataset(folder, options);
    expect(warnings).toContain(
      "Order: the classes by their numbers; Keras sorts the names of folders as text (0, 1, 10, 2) (`classOrder`).",
    );
    expect(dataset.source.options).toMatchObject({ classOrder: "number" });
    warnings.length = 0;
    await loadDataset(folder, { ...options, readAs: dataset.source.options });
    const { dataset: asText } = await loadDataset(folder, { ...options, classOrder: "text" });
    expect(asText.classNames).toEqual(["1", "10", "2"]);
    expect(warnings.join()).not.toContain("Order:");
  });

  it("reads files of one array each, as Kuzushiji-49 is published, and names the files that hold none", async () => {
    const array = (values: number[], shape: number[]) => writeNpy(shape, Uint8Array.from(values));
    const packed = (bytes: Uint8Array) => zipSync({ "arr_0.npy": bytes });
    const folder = writeFiles(temporaryFolder(), {
      "k49-train-imgs.npz": packed(array([0, 255, 3], [3, 1, 1])),
      "k49-train-labels.npz": packed(array([0, 1, 1], [3])),
      "k49-test-imgs.npy": array([4, 255], [2, 1, 1]),
      "k49-test-labels.npy": array([1, 0], [2]),
      "k49_classmap.csv": text("index,codepoint,char\n0,U+3042,a\n"),
    });
    const warnings: string[] = [];
    const { dataset } = await loadDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect([...dataset.train.images, ...dataset.train.labels]).toEqual([0, 255, 3, 0, 1, 1]);
    expect([...dataset.test.images, ...dataset.test.labels]).toEqual([4, 255, 1, 0]);
    expect(dataset.source.files).toHaveLength(4);
    expect(warnings).toEqual(["Left out: 1 file: no array of images or labels (k49_classmap.csv)."]);
    writeFileSync(join(folder, "k49-test-imgs.npy"), "");
    writeFileSync(
      join(folder, "k49-train-imgs.npz"),
      zipSync({ "a.npy": array([1], [1]), "b.npy": array([1], [1]) }),
    );
    await expect(loadDataset(folder)).rejects.toThrow(
      "expected one array, because other files beside it hold the rest, received a, b.",
    );
  });

  it("takes a folder called like a split for a class where it holds pictures", async () => {
    const folder = temporaryFolder();
    for (const name of ["bus", "train", "test", "valid"]) {
      for (const file of ["1.png", "2.png"]) await picture(join(folder, name, file), 1);
    }
    const { dataset } = await loadDataset(folder, { holdOut: { fraction: 0.5 } });
    expect(dataset.classNames).toEqual(["bus", "test", "train", "valid"]);
    const split = temporaryFolder();
    for (const name of ["train/train", "train/bus", "test/train", "test/bus"])
      await picture(join(split, name, "1.png"), 1);
    const both = (await loadDataset(split)).dataset;
    expect([both.classNames, both.train.count, both.test.count]).toEqual([["bus", "train"], 2, 2]);
  });

  it("reads folders of pictures in alternating classes, with or without splits", async () => {
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
    // b/10.jpg a quarter into the list, a/x.png in the middle, then b/2.png.
    expect([...dataset.train.labels]).toEqual([1, 0, 1]);
    expect([...dataset.train.images.subarray(16, 19)]).toEqual([80, 83, 86]);
    expect(dataset.source.files.map(({ name }) => name)).toEqual(["test/a/", "train/a/", "train/b/"]);
    expect(
      warnings.some((line) =>
        line.includes("validation images are held out of the training images (val/a/1.png)"),
      ),
    ).toBe(true);
    const single = (await loadDataset(join(folder, "train"), { holdOut: { fraction: 0.5 } })).dataset;
    expect([single.train.count, single.test.count]).toEqual([2, 1]);
  });

  it.each([
    [[1, 1], 1],
    [[1, 2], 2],
    [[1, 3], 3],
    [[3, 4], 4],
    [[2, 3], 4],
  ] as const)("gives pictures of %j channels %j in common", async ([first, second], channels) => {
    const folder = temporaryFolder();
    await picture(join(folder, "a", "1.png"), first);
    await picture(join(folder, "b", "1.png"), second);
    const { train } = await loadSplits(folder);
    expect(train.shape).toEqual([4, 4, channels]);
  });

  it("keeps the shares of the classes in any first part of the pictures", async () => {
    const folder = temporaryFolder();
    const names = [...Array(8)].flatMap((_, at) => [`a/${at}.png`, ...(at < 4 ? [`b/${at}.png`] : [])]);
    for (const name of names) await picture(join(folder, name), 1);
    const labels = [...(await loadSplits(folder)).train.labels];
    labels.forEach((_, at) => {
      const ofB = labels.slice(0, at + 1).filter((label) => label === 1).length;
      expect(Math.abs(ofB - (at + 1) / 3)).toBeLessThan(1);
    });
  });

  it("refuses options that do not apply to the form of the data", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "pictures", "a", "1.png"), 1);
    const table = join(writeFiles(folder, { "a.csv": text(rows(6)) }), "a.csv");
    expect(await error(loadDataset(table, { size: [2, 2] }))).toContain("`size`: expected a folder");
    expect(await error(loadSplits(join(folder, "pictures"), { shape: [4, 4, 1] }))).toContain("`shape`: ");
    expect(await error(loadDataset(table, { dataDir: folder }))).toContain("Remove `dataDir`");
    expect(await error(loadDataset("fashion-sketch", { shape: [28, 28, 1] }))).toContain("drawn by code");
    // Of how other data was read before, only what applies to this form counts.
    const { dataset } = await loadDataset(table, { readAs: { size: [2, 2], missing: "zero" } });
    expect(dataset.source.options).toEqual({ missing: "zero" });
  });

  it("drops an opacity that is full everywhere", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a"));
    await sharp(Uint8Array.of(1, 2, 3, 255), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toFile(join(folder, "a", "1.png"));
    const { train } = await loadSplits(folder);
    expect([...train.shape, ...train.images]).toEqual([1, 1, 3, 1, 2, 3]);
  });

  it("scales pictures of several sizes to a square near the median, or to `size`", async () => {
    const folder = temporaryFolder();
    for (const [name, side] of [
      ["a/1", 4],
      ["a/2", 30],
      ["b/3", 40],
      ["b/4", 900],
    ] as const) {
      await picture(join(folder, `${name}.png`), 1, side);
    }
    const warnings: string[] = [];
    const { dataset } = await loadDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect([dataset.train.shape, dataset.source.options]).toEqual([[32, 32, 1], { size: [32, 32] }]);
    expect(warnings).toContain(
      "Size: 32 × 32, because pictures have several sizes, from 4 × 4 (a/1.png) to 900 × 900 (b/4.png) (`size`).",
    );
    expect((await loadSplits(folder, { size: [6, 5] })).train.shape).toEqual([6, 5, 1]);
  });

  it("drops unreadable pictures, each with its own reason, and uses odd ones that are whole", async () => {
    const folder = temporaryFolder();
    for (const name of ["a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg"]) {
      await picture(join(folder, name), 3, 32);
    }
    const whole = readFileSync(join(folder, "a", "1.jpg"));
    const frame = whole.indexOf(Uint8Array.of(0xff, 0xc0));
    writeFiles(join(folder, "a"), {
      "half.jpg": whole.subarray(0, whole.length - 200),
      "junk.jpg": Buffer.concat([whole.subarray(0, frame), new Uint8Array(37), whole.subarray(frame)]),
      "no-end.jpg": whole.subarray(0, -2),
      "text.jpg": text("no picture"),
    });
    writeFiles(join(folder, "b"), { "new.png": text("\0\0\0\x18ftypheic"), "no.pgm": text("P5 9 9 255 a") });
    const { dataset, dropped } = await loadDataset(folder);
    expect(dataset.train.count + dataset.test.count).toBe(6);
    expect(dropped!.rows.map(({ file, detail }) => [file, detail])).toEqual([
      ["a/half.jpg", "premature end of JPEG image"],
      ["a/text.jpg", "a file of an unknown format"],
      ["b/new.png", "an HEIC photo, whose format is patented: convert it to JPEG"],
      ["b/no.pgm", "a PNM file that ends too early or holds other text than numbers"],
    ]);
    const { choice } = dataset.source.reading!.choices.find(({ about }) => about === "odd files")!;
    expect(choice).toBe(
      "2 pictures used although the decoder complained, because whole (a/junk.jpg: Corrupt JPEG data: 37 extraneous bytes before marker 0xc0; a/no-end.jpg: no end marker)",
    );
    expect(await error(loadSplits(folder, { missing: "error" }))).toMatch(/: expected a picture.*received/);
  });

  it("reads 16-bit pictures by the bits that all of them need, or by `bitDepth`", async () => {
    const folder = temporaryFolder();
    const deep = async (name: string, ...values: number[]) => {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      const raw = { width: 2, height: 1, channels: 1 as const };
      const image = sharp(Uint16Array.from(values), { raw }).toColourspace("grey16");
      await image.png({ bitdepth: 16 } as object).toFile(join(folder, name));
    };
    await deep("a/1.png", 160, 15);
    await deep("b/1.png", 4095, 1600);
    const { train } = await loadSplits(folder);
    expect([...train.images]).toEqual([10, 0, 255, 100]);
    const { dataset } = await loadDataset(folder, { holdOut: "none", bitDepth: 14 });
    expect([...dataset.train.images]).toEqual([2, 0, 63, 25]);
    expect(dataset.source.options).toEqual({ bitDepth: 14 });
  });

  it("reads dark test pictures next to bright training pictures without a question about their range", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "train/a/1.png"), 1, 2, 200);
    await picture(join(folder, "test/a/1.png"), 1, 2, 0);
    const warnings: string[] = [];
    const { dataset } = await loadDataset(folder, { onWarning: (line) => warnings.push(line) });
    expect([...dataset.test.images]).toEqual([0, 3, 6, 9]);
    expect(warnings.filter((line) => /range/.test(line))).toEqual([]);
  });

  it("decodes no more pictures than `limit` and the test split need, and holds out the same ones", async () => {
    const folder = temporaryFolder();
    for (let at = 0; at < 12; at++) await picture(join(folder, "ab"[at % 2]!, `${at}.png`), 1, 4, 20 * at);
    const whole = (await loadDataset(folder)).dataset;
    const totals = new Set<number>();
    const { dataset } = await loadDataset(folder, { limit: 3, onReading: (_, total) => totals.add(total) });
    expect([whole.train.count, whole.test.count, dataset.train.count, ...totals]).toEqual([10, 2, 3, 5]);
    expect(dataset.test.images).toEqual(whole.test.images);
    expect(dataset.train.images).toEqual(whole.train.images.slice(0, 48));
    expect(dataset.source).toMatchObject({ limit: 3, split: whole.source.split });
    expect(dataset.source.reading!.choices.at(-1)).toEqual({
      about: "limit",
      choice: "the first 3 of 10 training pictures",
      option: "limit",
    });
    // Data without pictures, and a limit that leaves none out, are read whole.
    expect((await loadDataset(folder, { limit: 12 })).dataset.source).toEqual(whole.source);
  });

  it("decides channels once for both splits, and takes equal colours for grey", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "train/a/1.png"), 1);
    const grey = sharp(new Uint8Array(48).fill(7), { raw: { width: 4, height: 4, channels: 3 } });
    mkdirSync(join(folder, "test/a"), { recursive: true });
    await grey.png().toFile(join(folder, "test/a/1.png"));
    const shapes = async () => {
      const { train, test } = await loadSplits(folder);
      return [train.shape, test!.shape];
    };
    expect(await shapes()).toEqual([
      [4, 4, 1],
      [4, 4, 1],
    ]);
    await picture(join(folder, "test/a/2.png"), 3);
    expect(await shapes()).toEqual([
      [4, 4, 3],
      [4, 4, 3],
    ]);
  });

  it("names the path that was probably meant", async () => {
    const folder = temporaryFolder();
    await picture(join(folder, "photos", "a", "1.png"), 1);
    const path = join(folder, "photo");
    const meant = `Did you mean ${join(folder, "photos")}?`;
    expect(await error(loadDataset(path))).toContain(meant);
    expect(await error(loadDataset("fashion-mnist", { dataDir: path }))).toBe(
      `${path}: expected a folder or file with data, received no file or folder of that name. ${meant}`,
    );
  });

  it("names the kind of a file or folder that is not a dataset", async () => {
    const folder = writeFiles(temporaryFolder(), tinyFiles);
    expect(await error(loadDataset(join(folder, "t10k-images-idx3-ubyte")))).toContain(
      "received an IDX file. Choose the folder with all four files.",
    );
    await picture(join(folder, "boot.png"), 1);
    expect(await error(loadDataset(join(folder, "boot.png")))).toContain("received a picture");
    const tables = writeFiles(temporaryFolder(), { "a.csv": text(rows(3)), "b.csv": text(rows(3)) });
    expect(await error(loadDataset(tables))).toContain("received a.csv, b.csv");
    expect(await error(loadDataset(join(folder, "none.csv")))).toContain("which is none of these");
    const download = "Download it, and use the path of the file or folder.";
    expect(await error(loadDataset("https://example.com/photos.zip"))).toContain(download);
    expect(await error(loadDataset("fashion-mnist", { dataDir: "s3://bucket/photos" }))).toBe(
      `s3://bucket/photos: expected a folder or file with data, received no file or folder of that name. ${download}`,
    );
  });
});

describe("loading", () => {
  it.each(["idx", "csv", "npz", "images"] as const)("stops on a signal while it reads %s", async (form) => {
    const source = writeFiles(join(temporaryFolder(), "tiny"), tinyFiles);
    const path = join(temporaryFolder(), form === "csv" || form === "npz" ? `a.${form}` : "a");
    await writeData(path, await loadSplits(source), { form });
    const signal = AbortSignal.abort();
    for (const load of [loadDataset, loadSplits]) {
      await expect(load(path, { signal })).rejects.toThrow(
        expect.objectContaining({
          name: AbortedError.name,
          message: expect.stringMatching(/^Reading .*: stopped/),
        }),
      );
    }
  });

  it.skipIf(process.platform === "win32")("refuses a pipe in place of any file", async () => {
    const pipe = join(temporaryFolder(), "a.csv");
    execFileSync("mkfifo", [pipe]);
    expect(await error(loadDataset(pipe))).toContain(
      `${pipe}: expected a file that can be read, received a pipe`,
    );
    const folder = writeFiles(temporaryFolder(), tinyFiles);
    rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    execFileSync("mkfifo", [join(folder, "t10k-labels-idx1-ubyte")]);
    expect(await error(loadDataset(folder))).toContain("received a pipe");
    const pictures = temporaryFolder();
    await picture(join(pictures, "a", "1.png"), 1);
    execFileSync("mkfifo", [join(pictures, "a", "2.png")]);
    expect(await error(loadDataset(pictures))).toContain("received a pipe");
  });
});
