import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { zipSync } from "fflate";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openArchive } from "./archive-folder.js";
import { loadDataset, loadSplits } from "./load.js";
import { openStreamedDataset } from "./stream-dataset.js";
import { temporaryFolder } from "./tiny-dataset.testing.js";

/** Archives that Python wrote (tools/golden/archives.py), in base64. */
const golden: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/archives.json", import.meta.url), "utf8"),
);
const bytesOf = (kind: string, name: string) => Uint8Array.from(Buffer.from(golden[kind]![name]!, "base64"));
const namesOf = (kind: string) => Object.keys(golden[kind]!);
const written = (name: string, bytes: Uint8Array) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
};
const message = async (work: Promise<unknown>) => {
  const thrown = await work.catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(HeddleError);
  return (thrown as Error).message;
};

describe("an archive", () => {
  it.each(namesOf("pictures"))("of pictures is read like the folder in it: %s", async (ending) => {
    const name = `photos.${ending.replace(/^\w+\.(zip|tar)/, "$1")}`;
    const path = written(name, bytesOf("pictures", ending));
    const { dataset, foundBy } = await loadDataset(path);
    expect([foundBy, dataset.name]).toEqual(["path", "photos"]);
    expect(dataset.classNames).toEqual(["cat", "dög"]);
    const values = (set: typeof dataset.train) =>
      Array.from({ length: set.count }, (_, at) => set.images[6 * at]);
    expect([dataset.train.shape, values(dataset.train)]).toEqual([
      [2, 3, 1],
      [10, 110, 11, 111],
    ]);
    expect(values(dataset.test)).toEqual([20, 120, 21, 121]);
    expect(dataset.source).toMatchObject({ form: "images", path });
    expect(dataset.source.files.map(({ name }) => name)).toEqual([name]);
  });

  it.each(namesOf("tables"))("of tables is read like the tables in it: in.%s", async (ending) => {
    const path = written(`in.${ending}`, bytesOf("tables", ending));
    const { train, test, classNames } = await loadSplits(path);
    expect([train.count, train.shape, classNames]).toEqual([8, [2, 2, 1], ["0", "1"]]);
    expect([...train.images.subarray(4, 8)]).toEqual([1, 1, 2, 255]);
    expect(test?.count).toBe(ending === "split.tar" ? 8 : undefined);
  });

  it.each(["zip", "tar.gz"])("of IDX files is read like their folder: MNIST.%s", async (ending) => {
    const path = written(`MNIST.${ending}`, bytesOf("idx", ending));
    const { dataset } = await loadDataset(path);
    expect([dataset.train.count, dataset.test.count, dataset.train.shape]).toEqual([4, 2, [2, 3, 1]]);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 1, 0, 1, 1, 0]);
    expect([...dataset.train.images.subarray(6, 12)]).toEqual([6, 7, 8, 9, 10, 11]);
    expect(dataset.source.files.map(({ name }) => name)).toEqual([`MNIST.${ending}`]);
    expect(await message(openStreamedDataset(path))).toContain(
      "received an archive. Convert it to IDX first.",
    );
  });

  it("may have names in the code page of MS-DOS", async () => {
    const { dataset } = await loadDataset(written("a.zip", bytesOf("dosNames", "zip")), { holdOut: "none" });
    expect(dataset.classNames).toEqual(["cat", "dög"]);
  });

  it("may hold more than 65,535 files, which needs a Zip64 directory", async () => {
    const files = Object.fromEntries(Array.from({ length: 3 }, (_, at) => [`a/${at}`, Uint8Array.of(at)]));
    const zip = zip64(zipSync(files, { level: 0 }));
    const archive = await openArchive(written("a.zip", zip));
    expect(await archive.list("")).toHaveLength(3);
    expect(await archive.read("2")).toEqual(Uint8Array.of(2));
  });

  it.each([
    ["dots.zip", 'a name that leads out of the archive, "../../outside.png"'],
    ["dots.tar", 'a name that leads out of the archive, "photos/../../outside.png"'],
    ["absolute.zip", 'the absolute name "/etc/outside.png"'],
    ["absolute.tar", 'the absolute name "/etc/outside.png"'],
    ["link.zip", 'a link, "photos/cat/2.png", and links in archives are never followed'],
    ["link.tar", 'a link, "photos/cat/2.png", and links in archives are never followed'],
    ["hard.tar", "Pack the files again with zip, which stores what links lead to."],
    ["device.tar", "photos/zero, which is a device"],
    ["empty.zip", "received an empty archive"],
    ["other.zip", "received an archive of model.pth, readme.txt."],
  ])("is refused if it is hostile or holds no data: %s", async (name, text) => {
    expect(await message(loadDataset(written(name, bytesOf("refused", name))))).toContain(text);
  });

  it("is refused if entries share their data, which would multiply it", async () => {
    const inner = zipSync({ "b/1.png": new Uint8Array(64) }, { level: 0 });
    const [local, central] = [inner.subarray(0, 37 + 64), inner.subarray(37 + 64, inner.length - 22)];
    const outer = zipSync({ "a/1.png": local }, { level: 0 });
    const end = outer.slice(outer.length - 22);
    const view = new DataView(end.buffer);
    view.setUint16(10, 2, true);
    view.setUint32(12, view.getUint32(12, true) + central.length, true);
    const second = central.slice();
    // The second entry's data lies within the first's.
    new DataView(second.buffer).setUint32(42, 37, true);
    const zip = Uint8Array.from([...outer.subarray(0, outer.length - 22), ...second, ...end]);
    expect(await message(loadDataset(written("a.zip", zip)))).toContain(
      "b/1.png, which shares its data with another entry",
    );
  });

  it("is refused if a part of it is missing", async () => {
    const tar = bytesOf("pictures", "pax.tar");
    expect(await message(loadDataset(written("a.tar", tar.subarray(0, 3 * 512 + 10))))).toMatch(
      /data that ends after \d+ of \d+ bytes/,
    );
    const gzip = bytesOf("pictures", "tar.gz");
    expect(await message(loadDataset(written("a.tgz", gzip.subarray(0, gzip.length - 9))))).toContain(
      "expected a whole gzip stream",
    );
    const changed = tar.slice();
    changed[0]! ^= 1;
    expect(
      await message(
        openArchive(written("b.tar.gz", gzipSync(Uint8Array.of(...tar.subarray(0, 1024), ...changed)))),
      ),
    ).toContain("a wrong checksum of the header at byte 1024");
  });
});

/** A small zip archive as one of more than 65,535 files would be: its counts in a Zip64 record. */
function zip64(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  const wide = new Uint8Array(56 + 20);
  const out = new DataView(wide.buffer);
  out.setUint32(0, 0x06064b50, true);
  out.setBigUint64(4, 44n, true);
  for (const at of [24, 32]) out.setBigUint64(at, BigInt(view.getUint16(end + 10, true)), true);
  out.setBigUint64(40, BigInt(view.getUint32(end + 12, true)), true);
  out.setBigUint64(48, BigInt(view.getUint32(end + 16, true)), true);
  out.setUint32(56, 0x07064b50, true);
  out.setBigUint64(64, BigInt(end), true);
  out.setUint32(72, 1, true);
  view.setUint16(end + 8, 0xffff, true);
  view.setUint16(end + 10, 0xffff, true);
  return Uint8Array.from([...zip.subarray(0, end), ...wide, ...zip.subarray(end)]);
}

it("archives of a folder are read as one, such as WebDataset's shards, each in the split that its name says", async () => {
  const folder = temporaryFolder();
  const png = (value: number) =>
    sharp(new Uint8Array(4).fill(value), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toBuffer();
  for (const [name, values] of [
    ["train-000000.zip", [10, 20]],
    ["train-000001.zip", [30, 40]],
    ["test-000000.zip", [50, 60]],
  ] as const) {
    const files: Record<string, Uint8Array> = {};
    for (const [at, value] of values.entries()) {
      files[`00${at}.png`] = await png(value);
      files[`00${at}.cls`] = new TextEncoder().encode(String(at));
    }
    writeFileSync(join(folder, name), zipSync(files));
  }
  const { dataset } = await loadDataset(folder);
  const values = ({ images, labels, count }: typeof dataset.train) =>
    Array.from({ length: count }, (_, at) => [images[4 * at], labels[at]]).sort();
  expect([dataset.classNames, values(dataset.train), values(dataset.test)]).toEqual([
    ["0", "1"],
    [
      [10, 0],
      [20, 1],
      [30, 0],
      [40, 1],
    ],
    [
      [50, 0],
      [60, 1],
    ],
  ]);
});

it("a run's checksums change with labels that are in a file beside the pictures", async () => {
  const folder = temporaryFolder();
  const picture = sharp(new Uint8Array(4), { raw: { width: 2, height: 2, channels: 1 } }).png();
  for (const name of ["1.png", "2.png"]) writeFileSync(join(folder, name), await picture.toBuffer());
  const filesWith = async (labels: readonly [string, string]) => {
    writeFileSync(join(folder, "metadata.csv"), `file_name,label\n1.png,${labels[0]}\n2.png,${labels[1]}\n`);
    return (await loadDataset(folder, { holdOut: "none" })).dataset.source.files;
  };
  expect(await filesWith(["a", "b"])).not.toEqual(await filesWith(["b", "a"]));
  expect(await filesWith(["a", "b"])).toEqual(await filesWith(["a", "b"]));
});
