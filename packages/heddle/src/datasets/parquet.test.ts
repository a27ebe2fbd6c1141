import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { loadDataset, loadSplits } from "./load.js";
import { temporaryFolder, writeFiles } from "./tiny-dataset.testing.js";

/** Parquet files that PyArrow wrote as Hugging Face does (tools/golden/parquet.py), in base64. */
const golden: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/parquet.json", import.meta.url), "utf8"),
);
const filesOf = (kind: string) =>
  Object.fromEntries(
    Object.entries(golden[kind]!).map(([name, text]) => [name, Uint8Array.from(Buffer.from(text, "base64"))]),
  );
const folderOf = (kind: string) => writeFiles(join(temporaryFolder(), "data"), filesOf(kind));
const values = (set: { readonly images: ArrayLike<number>; readonly count: number }) =>
  Array.from({ length: set.count }, (_, image) => set.images[6 * image]);

describe("Parquet files", () => {
  it("are read in their splits and parts, with the classes' names of the metadata", async () => {
    const { dataset, dropped } = await loadDataset(folderOf("folder"));
    expect(dataset.classNames).toEqual(["shirt", "bag", "çoat"]);
    expect([dataset.train.shape, values(dataset.train)]).toEqual([
      [2, 3, 1],
      [10, 11, 12, 13, 20, 21],
    ]);
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 0, 0, 1]);
    expect([values(dataset.test), [...dataset.test.labels]]).toEqual([
      [30, 31, 32],
      [0, 1, 2],
    ]);
    expect(dataset.source).toMatchObject({ form: "parquet" });
    expect(dataset.source.files.map(({ name }) => name)).toEqual([
      "train-00000-of-00002.parquet",
      "train-00001-of-00002.parquet",
      "test-00000-of-00001.parquet",
    ]);
    expect(dropped!.rows).toEqual([]);
  });

  it("are read one by one, in an archive, and with labels that are texts", async () => {
    const single = join(folderOf("single"), "mnist.parquet");
    expect(values((await loadSplits(single)).train)).toEqual([10, 11, 12, 13]);
    const zip = join(temporaryFolder(), "mnist.zip");
    writeFileSync(
      zip,
      zipSync(
        Object.fromEntries(Object.entries(filesOf("folder")).map(([name, bytes]) => [`data/${name}`, bytes])),
      ),
    );
    expect(values((await loadDataset(zip)).dataset.test)).toEqual([30, 31, 32]);
    expect((await loadSplits(folderOf("texts"))).classNames).toEqual(["a", "b"]);
  });

  it("are found in the folders of Hugging Face's repositories", async () => {
    const files = filesOf("folder");
    const data = join(folderOf("folder"), "..", "repository");
    writeFiles(join(data, "data"), files);
    writeFiles(data, { "README.md": new Uint8Array(1) });
    const { dataset } = await loadDataset(data);
    expect([values(dataset.train).length, values(dataset.test)]).toEqual([6, [30, 31, 32]]);
    expect(dataset.source.files[0]!.name).toBe("data/train-00000-of-00002.parquet");
    const converted = join(data, "..", "converted");
    writeFiles(join(converted, "default", "train"), { "0000.parquet": filesOf("single")["mnist.parquet"]! });
    writeFiles(join(converted, "default", "test"), {
      "0000.parquet": files["test-00000-of-00001.parquet"]!,
    });
    expect((await loadDataset(converted)).dataset.test.count).toBe(3);
  });

  it("name the columns that are not used", async () => {
    const { dataset } = await loadDataset(folderOf("fine"), { holdOut: "none" });
    expect(dataset.classNames).toEqual(["apple", "rose"]);
    expect(dataset.source.reading!.leftOut).toEqual([
      { what: "column", reason: "neither the picture nor the label", count: 1, examples: ["coarse_label"] },
    ]);
  });

  it("report rows without a label or a picture", async () => {
    const { dataset, dropped } = await loadDataset(folderOf("missing"), { holdOut: "none" });
    expect([dataset.train.count, dropped!.read]).toEqual([4, 6]);
    expect(dropped!.rows.map(({ reason }) => reason)).toEqual(["missing label", "unreadable picture"]);
  });

  it.each([
    ["-1 columns below a column", "texts", 484, [1], "a schema whose columns do not add up"],
    ["a 64-bit number of them", "texts", 488, [22, 84, 22, 90, 38, 210, 5, 38], "a schema whose columns"],
    ["134,217,727 rows", "folder", 1916, [254, 255, 255, 255, 0, 0, 0], "134217730 rows in 2749 bytes"],
  ])("are refused before %s are believed", async (_, kind, place, bytes, message) => {
    const file = Object.values(filesOf(kind))[0]!;
    file.set(bytes, place);
    const data = writeFiles(join(temporaryFolder(), "data"), { "one.parquet": file });
    await expect(loadSplits(join(data, "one.parquet"))).rejects.toThrow(message);
  });

  it.each([
    ["gaps", "expected 2 parts of a split, as train-00000-of-00002.parquet says, received 1"],
    [
      "table",
      "received the columns label, pixel0. Name them image and label, or save tables of pixels as CSV.",
    ],
  ])("are refused with what to do: %s", async (kind, text) => {
    await expect(loadDataset(folderOf(kind))).rejects.toThrow(text);
  });

  it("are refused wherever they are truncated or changed, never with another error", async () => {
    const bytes = filesOf("single")["mnist.parquet"]!;
    const path = join(temporaryFolder(), "a.parquet");
    for (let at = 4; at < bytes.length; at += 61) {
      for (const damaged of [
        bytes.subarray(0, at),
        bytes.map((byte, index) => (index === at ? byte ^ 0x55 : byte)),
      ]) {
        writeFileSync(path, damaged);
        const thrown = await loadSplits(path).catch((caught: unknown) => caught);
        if (thrown instanceof Error) expect(thrown).toBeInstanceOf(HeddleError);
      }
    }
  });
});
