import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync as writeAt,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { generateFashionSketch } from "@heddle/core/internal/data/fashion-sketch/index.js";
import { type IdxElementType, writeIdx } from "@heddle/core/internal/formats/idx.js";
import { afterAll, describe, expect, it } from "vitest";
import { readIdxFolder } from "./idx-folder.js";
import { openIdxFolder, openStreamedDataset } from "./stream-dataset.js";

/** Overwrites bytes of a file in place. */
function writeSync(path: string, position: number, text: string): void {
  const file = openSync(path, "r+");
  writeAt(file, text, position);
  closeSync(file);
}

const root = mkdtempSync(join(tmpdir(), "heddle-stream-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Layout {
  readonly packed?: boolean;
  readonly prefix?: string;
  readonly elementType?: IdxElementType;
}

const sketch = generateFashionSketch({ train: 600, test: 100 });

function write(name: string, { packed = false, prefix = "", elementType = "uint8" }: Layout = {}): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const put = (file: string, bytes: Uint8Array) =>
    writeFileSync(join(folder, `${prefix}${file}${packed ? ".gz" : ""}`), packed ? gzipSync(bytes) : bytes);
  for (const [split, { images, labels, count }] of [
    ["train", sketch.train],
    ["t10k", sketch.test],
  ] as const) {
    const data = elementType === "uint8" ? images : Float32Array.from(images, (value) => value / 4);
    put(`${split}-images-idx3-ubyte`, writeIdx({ elementType, shape: [count, 28, 28], data }));
    put(`${split}-labels-idx1-ubyte`, writeIdx({ elementType: "uint8", shape: [count], data: labels }));
  }
  return folder;
}

async function collect(chunks: AsyncIterable<ImageSet>): Promise<{ images: number[]; labels: number[] }> {
  const images: number[] = [];
  const labels: number[] = [];
  for await (const chunk of chunks) {
    expect(chunk.images.length).toBe(chunk.count * 784);
    for (const value of chunk.images) images.push(value);
    labels.push(...chunk.labels);
  }
  return { images, labels };
}

/** Images with their labels, sorted, to compare sets regardless of order. */
const sorted = ({ images, labels }: { images: ArrayLike<number>; labels: ArrayLike<number> }) =>
  Array.from({ length: labels.length }, (_, row) =>
    [labels[row], ...Array.prototype.slice.call(images, row * 784, (row + 1) * 784)].join(),
  ).sort();

describe("openIdxFolder", () => {
  it.each([
    ["plain", {}],
    ["packed", { packed: true }],
    ["of floats", { elementType: "float32" }],
    ["transposed", { prefix: "emnist-letters-" }],
  ] satisfies [string, Layout][])("streams the images of files that are %s", async (name, layout) => {
    const folder = write(name.replaceAll(" ", "-"), layout);
    const whole = await readIdxFolder(folder);
    const { train, test, ...about } = await openIdxFolder(folder);
    const { name: wholeName, title, classNames } = whole;
    const { reading: _, ...source } = whole.source;
    expect(about).toEqual({ name: wholeName, title, classNames, source });
    expect([train.count, train.shape]).toEqual([600, [28, 28, 1]]);
    const inOrder = await collect(train.inOrder());
    expect(inOrder.images).toEqual([...whole.train.images]);
    expect(inOrder.labels).toEqual([...whole.train.labels]);
    expect((await collect(test.inOrder())).images).toEqual([...whole.test.images]);

    const shuffled = await collect(train.shuffled(1, 0));
    expect(shuffled.labels).not.toEqual(inOrder.labels);
    expect(sorted(shuffled)).toEqual(sorted(whole.train));
    expect(await collect(train.shuffled(1, 0))).toEqual(shuffled);

    const some = await train.at([599, 0, 17]);
    expect([...some.labels]).toEqual([599, 0, 17].map((at) => whole.train.labels[at]));
    expect([...some.images.subarray(784, 1568)]).toEqual([...whole.train.images.subarray(0, 784)]);
  });

  it.each([
    ["that were bytes", 255],
    ["that were no bytes", 510],
  ])("multiplies floats from 0 to 1 %s by 255 with a warning, as in memory", async (name, divisor) => {
    const folder = write(name.replaceAll(" ", "-"));
    for (const [split, { images, count }] of [
      ["train", sketch.train],
      ["t10k", sketch.test],
    ] as const) {
      const data = Float32Array.from(images, (value) => value / divisor);
      const file = writeIdx({ elementType: "float32", shape: [count, 28, 28], data });
      writeFileSync(join(folder, `${split}-images-idx3-ubyte`), file);
    }
    const warnings: string[] = [];
    const { test } = await openIdxFolder(folder, { onWarning: (line) => warnings.push(line) });
    expect(warnings).toEqual(["Pixel values from 0 to 1 were multiplied by 255."]);
    const { images } = (await readIdxFolder(folder)).test;
    expect(Math.max(...images.subarray(0, 7840))).toBeGreaterThan(100);
    expect((await collect(test.first(10).inOrder())).images).toEqual([...images.subarray(0, 7840)]);
  });

  it("streams only the first images after first()", async () => {
    const { train } = await openIdxFolder(write("limited"));
    const first = train.first(100);
    expect(first.count).toBe(100);
    expect(sorted(await collect(first.shuffled(3, 1)))).toEqual(
      sorted({
        images: sketch.train.images.subarray(0, 78400),
        labels: sketch.train.labels.subarray(0, 100),
      }),
    );
    expect(train.first(99999)).toBe(train);
  });

  it("refuses damaged files when it opens them", async () => {
    const images = "train-images-idx3-ubyte";
    const short = write("short");
    truncateSync(join(short, images), 100_000);
    await expect(openIdxFolder(short)).rejects.toThrow(
      `${join(short, images)}: expected 470416 bytes in all, as its header declares, received 100000 bytes.`,
    );
    const long = write("long");
    appendFileSync(join(long, images), "x");
    await expect(openIdxFolder(long)).rejects.toThrow("as its header declares, received more.");
    const broken = write("broken", { packed: true });
    truncateSync(join(broken, `${images}.gz`), 50_000);
    await expect(openIdxFolder(broken)).rejects.toThrow("expected a whole gzip stream");
    const empty = write("empty");
    truncateSync(join(empty, images), 0);
    await expect(openIdxFolder(empty)).rejects.toThrow("expected an IDX header, received 0 bytes.");
  });

  it("refuses a file that is truncated during reading", async () => {
    const folder = write("cut");
    const { train } = await openIdxFolder(folder);
    truncateSync(join(folder, "train-images-idx3-ubyte"), 100_000);
    await expect(collect(train.inOrder())).rejects.toThrow(
      "received fewer. Do not change the file while it is being read.",
    );
  });

  it.each([
    ["overwritten in place", (path: string) => writeSync(path, 5000, "other bytes")],
    [
      "overwritten in place with its old time set again",
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeSync(path, 5000, "other bytes");
        utimesSync(path, atime, mtime);
      },
    ],
    ["made longer", (path: string) => appendFileSync(path, "more")],
    ["replaced", (path: string) => writeFileSync(`${path}.new`, "x") ?? renameSync(`${path}.new`, path)],
  ])("refuses a file that is %s during reading", async (what, change) => {
    const folder = write(`changed-${what.replaceAll(" ", "-")}`);
    const { train } = await openIdxFolder(folder);
    const path = join(folder, "train-images-idx3-ubyte");
    const reading = train.inOrder();
    await reading.next();
    change(path);
    await expect(collect(train.shuffled(1, 1))).rejects.toThrow(
      /File|changed while it was in use|received fewer/,
    );
    await expect(train.at([3])).rejects.toThrow(/changed while it was in use|received fewer/);
    await reading.return?.(undefined);
  });

  it("reads on where a file was only touched", async () => {
    const folder = write("touched");
    const { train } = await openIdxFolder(folder);
    utimesSync(join(folder, "train-images-idx3-ubyte"), 0, 0);
    expect((await collect(train.inOrder())).labels).toEqual([...sketch.train.labels]);
  });

  it("warns of a packed file that is sorted by class", async () => {
    const count = 60_000;
    const labels = Uint8Array.from({ length: count }, (_, at) => Math.floor((10 * at) / count));
    const folder = write("sorted");
    rmSync(join(folder, "train-images-idx3-ubyte"));
    const images = {
      elementType: "uint8",
      shape: [count, 28, 28],
      data: new Uint8Array(count * 784),
    } as const;
    writeFileSync(join(folder, "train-images-idx3-ubyte.gz"), gzipSync(writeIdx(images), { level: 1 }));
    writeFileSync(
      join(folder, "train-labels-idx1-ubyte"),
      writeIdx({ elementType: "uint8", shape: [count], data: labels }),
    );
    const warnings: string[] = [];
    await openIdxFolder(folder, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("some of these hold less than half of the classes. Unpack it with gunzip");
  });
});

describe("openStreamedDataset", () => {
  it("refuses generated images, other forms and unknown names", async () => {
    await expect(openStreamedDataset("fashion-sketch")).rejects.toThrow(
      "fashion-sketch: expected a folder of IDX files, the only form that can be streamed, received images that are drawn in memory. Convert it to IDX first.",
    );
    const table = join(root, "table.csv");
    writeFileSync(table, "label,pixel1\n0,0\n");
    await expect(openStreamedDataset(table)).rejects.toThrow(
      "received data in the form csv. Convert it to IDX first.",
    );
    await expect(openStreamedDataset(join(root, "nowhere"))).rejects.toThrow("which is none of these");
  });
});
