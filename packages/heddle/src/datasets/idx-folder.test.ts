import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fashionMnist } from "@heddle/core/internal/data/catalogue.js";
import { describeDataset } from "@heddle/core/internal/data/describe.js";
import { describe, expect, it } from "vitest";
import { readIdxFile } from "./idx-file.js";
import { readIdxFolder } from "./idx-folder.js";
import { NEEDS_DATA, realFashionMnist } from "./real-data.testing.js";
import {
  sha256,
  temporaryFolder,
  tinyEntry,
  tinyFiles,
  tinyPacked,
  writeFiles,
} from "./tiny-dataset.testing.js";

const renamed = (files: Readonly<Record<string, Uint8Array>>, rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [rename(name), bytes]));

describe("readIdxFile", () => {
  it("returns the contents, and the checksum of the file on disk", async () => {
    const folder = writeFiles(temporaryFolder(), { ...tinyFiles, ...tinyPacked });
    for (const name of ["t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"]) {
      const { array, file } = await readIdxFile(join(folder, name));
      const bytes = tinyFiles[name] ?? tinyPacked[name]!;
      expect(file).toEqual({ name, bytes: bytes.length, sha256: sha256(bytes) });
      expect(array.shape).toEqual([3, 2, 3]);
      expect([...array.data]).toEqual([...tinyFiles["t10k-images-idx3-ubyte"]!.subarray(16)]);
      expect(array.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it("refuses damaged files, naming them", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.gz");
    const packed = tinyPacked["train-images-idx3-ubyte.gz"]!;
    const refuses = async (bytes: Uint8Array, message: string) => {
      writeFileSync(path, bytes);
      const error = await readIdxFile(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(HeddleError);
      expect((error as Error).message).toContain(`${path}: expected ${message}`);
    };
    await refuses(packed.subarray(0, -3), "a whole gzip stream");
    await refuses(
      Buffer.concat([packed, new Uint8Array(9)]),
      "nothing after the gzip stream, received 9 more bytes",
    );
    await refuses(Buffer.concat([packed, Uint8Array.of(5)]), "a whole gzip stream");
    const short = tinyFiles["train-labels-idx1-ubyte"]!.subarray(0, -1);
    await refuses(short, "6 bytes of elements (6 of uint8), received at most 5 bytes");
    await refuses(gzipSync(short), "6 bytes of elements (6 of uint8), received only 5 bytes");
    const bomb = Buffer.concat([tinyFiles["train-labels-idx1-ubyte"]!, new Uint8Array(20_000_000)]);
    await refuses(gzipSync(bomb), "6 bytes of elements (6 of uint8), as its header declares, received more");
    await refuses(new Uint8Array(0), "an IDX header, received 0 bytes in all");
  });

  it("refuses missing files and folders", async () => {
    const folder = temporaryFolder();
    await expect(readIdxFile(join(folder, "none"))).rejects.toThrow(
      "expected a file that can be read, received no such file or folder",
    );
    await expect(readIdxFile(folder)).rejects.toThrow(HeddleError);
  });
});

describe("readIdxFolder", () => {
  it("reads plain and packed files, and prefers packed ones", async () => {
    const folder = join(temporaryFolder(), "mine");
    writeFiles(folder, {
      ...tinyFiles,
      "train-labels-idx1-ubyte.gz": tinyPacked["train-labels-idx1-ubyte.gz"]!,
    });
    const dataset = await readIdxFolder(folder);
    expect(dataset).toMatchObject({ name: "mine", title: "mine", classNames: ["0", "1", "2"] });
    expect(dataset.train).toMatchObject({ count: 6, shape: [2, 3, 1] });
    expect([...dataset.train.images.subarray(0, 4)]).toEqual([0, 7, 14, 21]);
    expect([...dataset.test.labels]).toEqual([0, 1, 2]);
    expect(dataset.source).toMatchObject({ kind: "files", path: folder });
    expect(dataset.source.files.map(({ name }) => name)).toEqual([
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte.gz",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ]);
  });

  it("recognises a dataset by its checksums, packed and plain, whatever its folder is called", async () => {
    for (const files of [tinyFiles, tinyPacked]) {
      const dataset = await readIdxFolder(writeFiles(join(temporaryFolder(), "abc"), files), {
        entries: [tinyEntry()],
      });
      expect(dataset).toMatchObject({ name: "tiny", title: "Tiny", classNames: ["red", "green", "blue"] });
    }
  });

  it("never accepts the folder's name as that of a known dataset", async () => {
    const read = async (name: string) => {
      const dataset = await readIdxFolder(writeFiles(join(temporaryFolder(), name), tinyFiles));
      return [dataset.name, dataset.title, dataset.classNames[0]];
    };
    expect(await read("fashion-mnist")).toEqual([
      "fashion-mnist (unverified)",
      "fashion-mnist (unverified)",
      "0",
    ]);
    expect(await read("Fashion_MNIST")).toEqual([
      "Fashion_MNIST (unverified)",
      "Fashion_MNIST (unverified)",
      "0",
    ]);
    expect((await read("fashion-sketch"))[0]).toBe("fashion-sketch (unverified)");
  });

  it("does not recognise a dataset if one byte differs", async () => {
    const labels = tinyFiles["t10k-labels-idx1-ubyte"]!.slice();
    labels[labels.length - 1] = 0;
    const folder = writeFiles(join(temporaryFolder(), "abc"), {
      ...tinyFiles,
      "t10k-labels-idx1-ubyte": labels,
    });
    expect((await readIdxFolder(folder, { entries: [tinyEntry()] })).name).toBe("abc");
  });

  it("reads EMNIST's file names and transposes its images", async () => {
    const files = renamed(tinyPacked, (name) => `emnist-letters-${name.replace("t10k", "test")}`);
    const dataset = await readIdxFolder(writeFiles(join(temporaryFolder(), "letters"), files));
    expect(dataset.name).toBe("letters");
    expect(dataset.train.shape).toEqual([3, 2, 1]);
    expect([...dataset.train.images.subarray(0, 6)]).toEqual([0, 21, 7, 28, 14, 35]);
  });

  it("reads file names that an unpacker changed", async () => {
    const files = renamed(tinyFiles, (name) => name.replace("-idx", ".idx"));
    expect((await readIdxFolder(writeFiles(temporaryFolder(), files))).test.count).toBe(3);
  });

  it("refuses several datasets in one folder", async () => {
    const folder = temporaryFolder();
    writeFiles(
      folder,
      renamed(tinyFiles, (name) => `emnist-letters-${name}`),
    );
    writeFiles(
      folder,
      renamed(tinyFiles, (name) => `emnist-digits-${name}`),
    );
    await expect(readIdxFolder(folder)).rejects.toThrow(
      `${folder}: expected the four files of one dataset, received files of 2: emnist-digits-…, emnist-letters-…. Move the four files that you want to their own folder.`,
    );
  });

  it("names the missing files", async () => {
    const folder = writeFiles(temporaryFolder(), tinyFiles);
    rmSync(join(folder, "train-labels-idx1-ubyte"));
    await expect(readIdxFolder(folder)).rejects.toThrow(
      "received a folder without train-labels-idx1-ubyte[.gz]. Choose the folder that holds the files.",
    );
    await expect(readIdxFolder(join(folder, "none"))).rejects.toThrow("received no folder of that name");
  });

  it("refuses a folder in place of a file", async () => {
    const folder = writeFiles(temporaryFolder(), tinyFiles);
    rmSync(join(folder, "train-labels-idx1-ubyte"));
    mkdirSync(join(folder, "train-labels-idx1-ubyte"));
    await expect(readIdxFolder(folder)).rejects.toThrow(HeddleError);
  });

  it.skipIf(!realFashionMnist)(`recognises the published Fashion-MNIST ${NEEDS_DATA}`, async () => {
    const dataset = await readIdxFolder(realFashionMnist!);
    expect(dataset).toMatchObject({
      name: "fashion-mnist",
      title: "Fashion-MNIST",
      classNames: fashionMnist.classNames,
    });
    expect(dataset.train).toMatchObject({ count: 60_000, shape: [28, 28, 1] });
    expect(dataset.test.count).toBe(10_000);
    expect(dataset.train.images).toHaveLength(47_040_000);
    expect([...dataset.train.labels.subarray(0, 5)]).toEqual([9, 0, 0, 3, 0]);
    expect(dataset.source.files.map(({ bytes }) => bytes)).toEqual(
      fashionMnist.files.map(({ bytes }) => bytes),
    );
  });

  it.skipIf(!realFashionMnist)(
    `reads the Fashion-MNIST of the published mean and deviation ${NEEDS_DATA}`,
    async () => {
      const { train, test, duplicates } = describeDataset(await readIdxFolder(realFashionMnist!));
      expect(train).toMatchObject({
        images: 60_000,
        minimum: 0,
        maximum: 255,
        perClass: Array(10).fill(6000),
      });
      expect(test).toMatchObject({
        images: 10_000,
        minimum: 0,
        maximum: 255,
        perClass: Array(10).fill(1000),
      });
      // The published values are 0.2860 and 0.3530 of 255.
      expect(train.mean).toBeCloseTo(72.94035223, 8);
      expect(train.standardDeviation).toBeCloseTo(90.02118235, 8);
      expect(Object.values(duplicates).map(({ count }) => count)).toEqual([0, 0, 0]);
    },
  );
});
