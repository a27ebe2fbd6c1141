import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readCifarPickle } from "@heddle/core/internal/data/cifar.js";
import { describe, expect, it } from "vitest";
import { loadDataset } from "./load.js";
import { temporaryFolder, writeFiles } from "./tiny-dataset.testing.js";

/** The files of CIFAR with few images (tools/golden/cifar.py), by version. */
const golden: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/cifar.json", import.meta.url), "utf8"),
);
const filesOf = (kind: string) =>
  Object.fromEntries(
    Object.entries(golden[kind]!).map(([name, text]) => [
      name,
      Uint8Array.from(gunzipSync(Buffer.from(text, "base64"))),
    ]),
  );
const versions = Object.keys(golden).filter((kind) => kind !== "refused" && kind !== "archive");

describe("CIFAR's files", () => {
  const expectCifar = async (path: string) => {
    const { dataset } = await loadDataset(path);
    expect(dataset.classNames).toEqual(["airplane", "automobile", "bird"]);
    expect([[...dataset.train.labels], [...dataset.test.labels]]).toEqual([
      [0, 1, 2],
      [1, 2],
    ]);
    expect(dataset.train.shape).toEqual([32, 32, 3]);
    // The planes of a row become the colours of a pixel.
    expect([...dataset.train.images.subarray(0, 6)]).toEqual([10, 20, 0, 10, 20, 1]);
    expect([...dataset.train.images.subarray(3072 + 30, 3072 + 33)]).toEqual([11, 21, 10]);
    expect(dataset.source.form).toBe("cifar");
    return dataset;
  };

  it.each(versions)("are read as published: %s", async (kind) => {
    const dataset = await expectCifar(writeFiles(join(temporaryFolder(), "cifar"), filesOf(kind)));
    expect(dataset.source.files.length).toBeGreaterThan(2);
    expect(dataset.source.reading!.choices.map(({ about }) => about)).toContain("planes");
  });

  it("are read within the published archive", async () => {
    const [[name, bytes]] = Object.entries(filesOf("archive")) as [[string, Uint8Array]];
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    const dataset = await expectCifar(path);
    expect(dataset.source.files.map((file) => file.name)).toEqual(["cifar-10-python.tar.gz"]);
  });

  it.each([
    ["os.system", "the name posix.system, and nothing in a pickle is ever called"],
    ["os.system in protocol 4", "the name posix.system, and nothing in a pickle is ever called"],
    ["objects", "an array of objects"],
    ["a structured array", "a structured array"],
    ["an object", "the name pathlib.PurePosixPath"],
    ["protocol 0", "the instruction"],
    ["a list", "received no dictionary"],
    ["other keys", "received x."],
  ])("are refused if they hold %s", (kind, text) => {
    const bytes = filesOf("refused")[kind]!;
    expect(() => readCifarPickle(bytes, "data_batch_1")).toThrow(text);
  });

  it("are refused wherever they are truncated, never with another error", () => {
    const bytes = filesOf("python2")["data_batch_1"]!;
    for (let length = 0; length < bytes.length; length += length < 400 ? 1 : 97) {
      expect(() => readCifarPickle(bytes.subarray(0, length), "data_batch_1")).toThrow(HeddleError);
    }
    const binary = filesOf("binary");
    const folder = writeFiles(join(temporaryFolder(), "cifar"), {
      ...binary,
      "data_batch_2.bin": binary["data_batch_2.bin"]!.subarray(0, 3000),
    });
    return expect(loadDataset(folder)).rejects.toThrow("expected rows of 3073 bytes, received 3000 bytes");
  });
});
