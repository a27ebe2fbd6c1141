// Datasets: IDX, gzip, CSV, NumPy's arrays and archives, and class names that become folders.
import { readFileSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { toClasses } from "../../packages/core/dist/data/assemble.js";
import { joinCifar, readCifarPickle } from "../../packages/core/dist/data/cifar.js";
import { readCsv } from "../../packages/core/dist/data/csv/read.js";
import { datasetFromIdx } from "../../packages/core/dist/data/idx/dataset.js";
import { readIdx } from "../../packages/core/dist/data/idx/read.js";
import { readNpz } from "../../packages/core/dist/data/npz.js";
import { writeIdx } from "../../packages/core/dist/formats/idx.js";
import { readNpy, writeNpy } from "../../packages/core/dist/formats/npy.js";
import { packerOf, unpacked } from "../../packages/core/dist/formats/packed.js";
import { tarFiles } from "../../packages/core/dist/formats/tar.js";
import { zipFiles } from "../../packages/core/dist/formats/zip.js";
import { archiveFolder } from "../../packages/heddle/dist/datasets/archive-folder.js";
import { listLabelled } from "../../packages/heddle/dist/datasets/image-folder-list.js";
import { readParquet } from "../../packages/heddle/dist/datasets/parquet.js";
import { writeData } from "../../packages/heddle/dist/datasets/write-data.js";
import { asText, bytesOf, check, fingerprint, untold } from "./check.mjs";

const pixels = (/** @type {number} */ count) =>
  Uint8Array.from({ length: count }, (_, index) => (index * 37) & 255);
const idx = (/** @type {number[]} */ shape) => {
  const count = shape.reduce((product, size) => product * size, 1);
  return writeIdx({ elementType: "uint8", shape, data: pixels(count) });
};
const idxFiles = [
  ...[idx([5]), idx([3, 4, 4]), idx([2, 2, 3, 3])],
  writeIdx({
    elementType: "float32",
    shape: [2, 2, 2],
    data: Float32Array.from(pixels(8), (value) => value / 7),
  }),
  writeIdx({ elementType: "int32", shape: [4], data: Int32Array.of(0, 3, 1, 2) }),
  writeIdx({ elementType: "float64", shape: [2, 1, 2], data: Float64Array.of(1, -2.5, 1e300 / 1e290, 0) }),
];

const tables = [
  "label,pixel1,pixel2,pixel3,pixel4\n3,0,10,255,7\n1,5,,6,7\n0,1,2,3,4\n",
  "0,0.5,0.25,1e-3,1\r\n1,0.1,0.2,0.3,0.4\r\n",
  'id;1x1;1x2;class\r7;"0,5";3;"a ""quoted"" one"\r8;1;2;b\r',
  "label\t1x1x1\t1x1x2\t1x1x3\n5\t1\t2\t3\n\n6\t300\t-2\t1.5\n",
  "\u{feff}target,a,b,c,d\nNA,1,2,3,4\nshirt,1,2,3,x\nbag,4,3,2,1\n",
  'emotion,pixels,Usage\n1,"0 1 2 3",Training\n0,[4 5 6 7],PublicTest\n1,8 9 1e1 11,PrivateTest\n0,1 2,val\n',
  "name,y,0,1,2,3\nx,7,0,10,20,30\ny,A,1,11,21,31\n",
  `${Array.from({ length: 24 }, (_, row) => `0,5,${row},9,${row % 3}`).join("\n")}\n`,
].map(bytesOf);

/** What tools/golden/packed.py packed for this. */
const packedContents = [
  "label,pixel1,pixel2,pixel3,pixel4\n3,0,10,255,7\n1,5,,6,7\n0,1,2,3,4\n",
  `${Array.from({ length: 60 }, (_, row) => `0,5,${row},9,${row % 3}\n`).join("")}`,
].map(bytesOf);

/** Whether bytes are several whole tables, one after the other. @param {Uint8Array} bytes */
function areTables(bytes) {
  let at = 0;
  let count = 0;
  for (; at < bytes.length; count++) {
    // The last of the tables is the beginning of a packed one.
    const next = [...packedContents, ...tables].find(
      (table) => Buffer.compare(table, bytes.subarray(at, at + table.length)) === 0,
    );
    if (!next) return false;
    at += next.length;
  }
  return count > 1;
}

const archives = () => {
  const zipped = (/** @type {Record<string, Uint8Array>} */ arrays, /** @type {0 | 6} */ level) =>
    zipSync(arrays, { level, mtime: new Date(1980, 0, 1) });
  const four = {
    "x_train.npy": writeNpy([3, 2, 2], pixels(12)),
    "y_train.npy": writeNpy([3], Uint8Array.of(0, 1, 1)),
    "x_test.npy": writeNpy([2, 2, 2], Float32Array.of(0, 0.5, 1, 0, 0.25, 0, 1, 1)),
    "y_test.npy": writeNpy([2], Int32Array.of(1, 0)),
  };
  const named = { "images.npy": writeNpy([2, 4], pixels(8)), "labels.npy": writeNpy([2], ["bag", "shirt"]) };
  const classed = { ...four, "class_names.npy": writeNpy([2], ["Bag", "Shirt"]) };
  return [zipped(four, 6), zipped(classed, 0), zipped(named, 6)];
};

/** A tar archive of small files, with a long name in GNU's or PAX's way. @param {"gnu" | "pax" | "ustar"} form */
function tarOf(form) {
  const block = (/** @type {string} */ name, /** @type {string} */ type, /** @type {string} */ content) => {
    const header = Buffer.alloc(512);
    header.write(name);
    header.write(`0000644\0${"0000000\0".repeat(2)}`, 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0        ${type}`, 124);
    header.write(form === "gnu" ? "ustar  \0" : "ustar\u000000", 257);
    if (form === "ustar") header.write("photos/train", 345);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    padded.write(content);
    return Buffer.concat([header, padded]);
  };
  const long = `photos/${"x".repeat(120)}.png`;
  const record = (/** @type {number} */ length) => `${length} path=${long}\n`;
  const named = {
    gnu: [block("././@LongLink", "L", `${long}\0`)],
    pax: [block("PaxHeader", "x", record(141))],
    ustar: [],
  };
  const files = [block("a/1.png", "0", "one"), ...named[form], block("a/2.png", "0", "two".repeat(200))];
  return Uint8Array.from(Buffer.concat([...files, Buffer.alloc(1024)]));
}

/** The contents of an archive's files. @param {readonly import("../../packages/core/dist/formats/archive.js").ArchiveFile[]} files */
async function filesIn(files) {
  const contents = [];
  for (const file of files) {
    const parts = file.name.split("/");
    check(
      !file.name.startsWith("/") && !parts.includes("..") && !parts.includes(""),
      "names below the archive",
    );
    const content = await file.read();
    check(content.length === file.bytes, "as many bytes as declared");
    contents.push(file.name, content);
  }
  return fingerprint(...contents);
}

/** The names under which labels lie beside pictures. */
const labelKinds = ["metadata.csv", "metadata.jsonl", "_annotations.coco.json", "3.cls", "3.json"];

/** One file of each kind, after a byte that says which. */
const labelFiles = [
  '\x00file_name,label,split\ntrain/1.png,cat,train\n2,dog,\n3.png,"a, b",val\n',
  '\x01{"file_name":"train/1.png","label":1}\n{"file_name":"3.png","label":"x","box":[1]}\n',
  `\x02${JSON.stringify({
    images: [
      { id: 1, file_name: "train/1.png" },
      { id: 2, file_name: "3.png" },
    ],
    annotations: [
      { image_id: 1, category_id: 1 },
      { image_id: 2, category_id: 2 },
    ],
    categories: [
      { id: 1, name: "cat" },
      { id: 2, name: "dog" },
    ],
  })}`,
  "\x0303\n",
  '\x04{"label":5,"width":8}',
];

/** Checks that rows and pixels are as many as declared. @param {Awaited<ReturnType<typeof readCsv>>["images"]} set */
function checkImages(set) {
  const [height, width, channels] = set.shape;
  check(set.images.length === set.count * height * width * channels, "as many values as images have");
  check(set.labels.length === set.count, "one label per image");
  check(
    set.labels.every((label) => label >= 0 && label < set.labelTexts.length),
    "labels that have a text",
  );
  for (const value of set.images) check(Number.isFinite(value), "finite values");
}

/** @param {Uint8Array} bytes */
async function parseCsv(bytes) {
  const { images, test, dropped, leftOut = [] } = await readCsv(bytes, { name: "a.csv" });
  checkImages(images);
  if (test) checkImages(test);
  const unused = leftOut.find(({ what }) => what === "validation row")?.count ?? 0;
  const rows = images.count + (test?.count ?? 0) + unused + dropped.rows.length;
  check(rows === dropped.read, "every row either read or reported");
  toClasses({ train: images });
  return fingerprint(images.images, images.labels, images.labelTexts, images.shape, dropped);
}

/**
 * Tables that a program packed (tools/golden/packed.py).
 * @param {"bzip2" | "xz"} packer
 * @param {string} what
 * @param {readonly number[]} fields
 * @param {string} magic
 * @returns {import("./targets.mjs").Target}
 */
function packedTables(packer, what, fields, magic) {
  return {
    name: `csv-${packer}`,
    what,
    redundancy: "checksum",
    corpus: () => {
      const golden = JSON.parse(
        readFileSync(new URL("../../tests/golden/packed.json", import.meta.url), "utf8"),
      );
      const names = Object.keys(golden).filter((name) => name.startsWith(`${packer}, table`));
      return names.map((name) => Uint8Array.from(Buffer.from(golden[name].packed, "base64")));
    },
    fields,
    tokens: [magic, "1AY&SY", "\x17rE8P\x90", "YZ", "\x00\x00\x00\x00"],
    parse: async (bytes) => {
      const found = await parseCsv(bytes);
      if (packerOf(bytes) !== packer) return untold;
      const parts = [];
      for await (const part of unpacked(bytes, "a")) parts.push(part);
      // Several packed files, one after the other, are one.
      return areTables(Buffer.concat(parts)) ? untold : found;
    },
  };
}

/** @type {readonly import("./targets.mjs").Target[]} */
export const dataTargets = [
  {
    name: "idx",
    what: "IDX files",
    redundancy: "sizes",
    corpus: () => idxFiles,
    fields: [2, 3, 4, 8, 12, 16],
    parse: async (bytes) => {
      const { shape, data } = await readIdx(bytes, "a");
      const size = shape.reduce((product, one) => product * one, 1);
      check(size === data.length, "as many elements as the sizes say");
      check(4 + 4 * shape.length + data.byteLength === bytes.length, "a file of exactly its declared size");
      const count = shape[0] ?? 0;
      const elementType = /** @type {const} */ ("uint8");
      const read = { name: "a", array: { elementType, shape, data } };
      const other = { name: "b", array: { elementType, shape: [count], data: new Uint8Array(count) } };
      const grey = { name: "c", array: { elementType, shape: [count, 1, 1], data: new Uint8Array(count) } };
      const [images, labels] = shape.length === 1 ? [grey, read] : [read, other];
      datasetFromIdx(
        { trainImages: images, testImages: images, trainLabels: labels, testLabels: labels },
        { name: "a", title: "a", source: { kind: "files", files: [] } },
      );
      return fingerprint(shape, data);
    },
  },
  {
    name: "idx-gzip",
    what: "IDX files in gzip",
    redundancy: "checksum",
    corpus: () => idxFiles.map((file) => Uint8Array.from(gzipSync(file))),
    fields: [2, 3, 8, 9],
    parse: async (bytes) => {
      const { shape, data } = await readIdx(bytes, "a.gz");
      return fingerprint(shape, data);
    },
  },
  {
    name: "csv",
    what: "tables, CSV and TSV",
    redundancy: "none",
    corpus: () => tables,
    tokens: [
      ...'"\n\r,;\t.-',
      '""',
      "\r\n",
      ",,",
      "label",
      "pixel1",
      "28x28",
      "1x1",
      "NA",
      "NaN",
      "1e999",
      "__proto__",
    ].concat([
      ...[
        "constructor",
        "-0",
        "1e-400",
        "9".repeat(400),
        "0".repeat(400),
        "\u0000",
        "\xef\xbb\xbf",
        "\xff\xfe",
      ],
    ]),
    parse: parseCsv,
  },
  {
    name: "csv-gzip",
    what: "tables in gzip",
    redundancy: "checksum",
    corpus: () => tables.map((file) => Uint8Array.from(gzipSync(file))),
    fields: [2, 3, 8, 9],
    // A file that is no longer gzip is a table of strange bytes, which only the grammar can refuse; and concatenated gzip
    // files are a gzip file again.
    parse: async (bytes) => {
      const found = await parseCsv(bytes);
      return bytes[0] === 0x1f && bytes[1] === 0x8b && !areTables(gunzipSync(bytes)) ? found : untold;
    },
  },
  packedTables("bzip2", "tables in bzip2", [3, 4, 10, 14], "BZh"),
  packedTables("xz", "tables in xz", [6, 8, 12, 13, 14, 15, 16, 24], "\xfd7zXZ"),
  {
    name: "npy",
    what: "NumPy's arrays",
    redundancy: "sizes",
    corpus: () => [
      ...[writeNpy([3, 2, 2], pixels(12)), writeNpy([2, 3], new Float32Array(6).fill(0.5))],
      ...[writeNpy([4], Int32Array.of(1, -2, 3, 4)), writeNpy([2], ["bag", "shirt"])],
    ],
    fields: [6, 7, 8, 9],
    tokens: [
      "<f8",
      "<i8",
      "<u8",
      "|b1",
      ">i4",
      "<f2",
      ">f2",
      "|S3",
      ">U3",
      "|O",
      "<U0",
      "<U9999",
      "(0,)",
      "(1000000000,)",
      "(2, 0, 3)",
      "True",
    ].concat([...["(9007199254740993,)", "(,)", "()", "<c8", "'descr': [", "<constructor", "<__proto__"]]),
    parse: (bytes) => {
      const { shape, data } = readNpy(bytes, "a.npy");
      const count = shape.reduce((product, size) => product * size, 1);
      check(count === data.length, "as many elements as the sizes say");
      check(data.length <= bytes.length, "no more elements than bytes");
      return fingerprint(shape, data);
    },
  },
  {
    name: "npz",
    what: "NumPy's archives",
    redundancy: "checksum",
    corpus: archives,
    tokens: ["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "x_train", "y_test", "../../outside.npy", "__proto__"],
    parse: async (bytes) => {
      const { train, test, classNames } = await readNpz(bytes, { name: "a.npz" });
      for (const set of test ? [train, test] : [train]) checkImages(set);
      toClasses({ train, test }, { classNames });
      const content = (/** @type {typeof train | undefined} */ set) =>
        set && [set.shape, set.labelTexts, [...set.labels]];
      return fingerprint(train.images, test?.images ?? "none", content(train), content(test), classNames);
    },
  },
  {
    name: "zip",
    what: "archives, zip",
    redundancy: "none",
    corpus: () =>
      [0, 6].map((level) =>
        zipSync(
          { "a/1.png": pixels(40), "a/2.png": new Uint8Array(400), "b/3.png": pixels(3) },
          { level: /** @type {0 | 6} */ (level), mtime: new Date(1980, 0, 1) },
        ),
      ),
    tokens: [
      "PK\x01\x02",
      "PK\x03\x04",
      "PK\x05\x06",
      "PK\x06\x06",
      "PK\x06\x07",
      "../../x",
      "/etc/x",
      "C:\\x",
      "a\\b",
    ],
    parse: (bytes) => filesIn(zipFiles(bytes, "a.zip")),
  },
  {
    name: "tar",
    what: "archives, tar",
    redundancy: "none",
    corpus: () => [tarOf("gnu"), tarOf("pax"), tarOf("ustar")],
    fields: [0, 124, 148, 156, 345],
    tokens: [
      "../../x",
      "/etc/x",
      "141 path=",
      "9 size=4\n",
      "99999999999 path=",
      "\x80\x00\x00\x00",
      "77777777777",
    ],
    // Most changes of a header would be refused for its checksum.
    seal: (bytes) => {
      for (let at = 0; at + 512 <= bytes.length; at += 512) {
        const header = bytes.subarray(at, at + 512);
        if (!Buffer.from(header.subarray(257, 262)).equals(Buffer.from("ustar"))) continue;
        header.fill(0x20, 148, 156);
        const sum = header.reduce((total, byte) => total + byte, 0);
        header.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0`), 148);
      }
      return bytes;
    },
    parse: (bytes) => filesIn(tarFiles(bytes, "a.tar")),
  },
  {
    name: "pickle",
    what: "CIFAR's pickles",
    redundancy: "none",
    corpus: () => {
      const { python2, "protocol 4": protocol4 } = JSON.parse(
        readFileSync(new URL("../../tests/golden/cifar.json", import.meta.url), "utf8"),
      );
      return [python2, protocol4].map((files) => gunzipSync(Buffer.from(files.test_batch, "base64")));
    },
    tokens: [
      "cos\nsystem\n",
      "R",
      "b",
      "(",
      "t",
      "e",
      "u",
      "h\x00",
      "q\x00",
      "\x8a\xff",
      "__proto__",
      "c__builtin__\neval\n",
    ],
    parse: (bytes) => {
      const batch = readCifarPickle(bytes, "test_batch");
      checkImages(joinCifar([batch], "test_batch"));
      return fingerprint(batch.labels, ...batch.images);
    },
  },
  {
    name: "parquet",
    what: "Parquet files of pictures",
    redundancy: "none",
    corpus: () => {
      const { folder, texts } = JSON.parse(
        readFileSync(new URL("../../tests/golden/parquet.json", import.meta.url), "utf8"),
      );
      return [...Object.values(folder), ...Object.values(texts)].map((file) => Buffer.from(file, "base64"));
    },
    tokens: [
      "PAR1",
      "huggingface",
      '"_type"',
      "bytes",
      "path",
      "\xff\xff\xff\xff\x0f",
      "__proto__",
      "label",
      "image",
    ],
    parse: async (bytes) => {
      /** @type {any} */
      const folder = { path: "data", read: async () => bytes };
      const { pictures } = await readParquet(folder, { train: ["train.parquet"], unused: [] });
      const { source, listing } = pictures;
      const contents = [];
      for (const { path } of listing.train) contents.push(await source.read(path));
      const total = contents.reduce((sum, { length }) => sum + length, 0);
      check(total < 1000 * bytes.length, "no more pictures than the file can hold");
      return fingerprint(listing, ...contents);
    },
  },
  {
    name: "picture-labels",
    what: "labels beside pictures",
    redundancy: "none",
    corpus: () => labelFiles.map(bytesOf),
    tokens: [
      "file_name",
      "label",
      "split",
      "train/1.png",
      "../1.png",
      '"category_id":',
      '"annotations":[',
      "\n",
      ",",
      "__proto__",
      "constructor",
    ],
    // The first byte of a file says which kind of file it is.
    parse: async (bytes) => {
      const kind = labelKinds[(bytes[0] ?? 0) % labelKinds.length] ?? "a.csv";
      const content = bytes.subarray(1);
      const file = (/** @type {string} */ name, /** @type {Uint8Array} */ data) => ({
        ...{ name, bytes: data.length },
        read: async () => data,
      });
      const pictures = ["train/1.png", "train/2.png", "test/1.png", "3.png"];
      const files = [...pictures.map((name) => file(name, new Uint8Array())), file(kind, content)];
      const folder = archiveFolder("photos", files, { name: "", bytes: 0, sha256: "" });
      const listing = await listLabelled(folder);
      if (!listing) return "no labels";
      const { train, test = [], leftOut = [] } = listing;
      for (const { path, label } of [...train, ...test]) {
        check(pictures.includes(path), "a picture that is there");
        check(label !== "" && label.length <= content.length, "a label of the file");
      }
      const left = leftOut
        .filter(({ what }) => what === "picture")
        .reduce((sum, { count }) => sum + count, 0);
      check(train.length + test.length + left === pictures.length, "every picture either listed or left out");
      return fingerprint(listing);
    },
  },
  {
    name: "class-names",
    what: "class names that become folders",
    redundancy: "none",
    json: true,
    corpus: () => [bytesOf('["Bag","Shirt"]'), bytesOf('["a b","c/d","\\u00e9"]'), bytesOf('["0","1","2"]')],
    tokens: [
      "../../outside",
      "..",
      ".",
      "/tmp/outside",
      "C:\\outside",
      "a\u0000",
      "con",
      "\u202e",
      "x".repeat(300),
    ],
    parse: (bytes, work) =>
      asText(bytes, async (text) => {
        let names;
        try {
          names = JSON.parse(text);
        } catch {
          return "no JSON";
        }
        if (!Array.isArray(names) || names.length === 0 || names.length > 8) return "no list";
        const classNames = names.map((name) => (typeof name === "string" ? name : "x"));
        const labels = Uint8Array.from(classNames.keys());
        const train = {
          images: pixels(labels.length),
          labels,
          count: labels.length,
          shape: /** @type {const} */ ([1, 1, 1]),
        };
        const target = join(work, "out");
        await rm(target, { recursive: true, force: true });
        await mkdir(work, { recursive: true });
        await writeData(target, { classNames, train }, { form: "images" });
        const folders = await readdir(target);
        check(folders.length === new Set(folders).size && folders.length >= 1, "a folder for the classes");
        return "written";
      }),
  },
];
