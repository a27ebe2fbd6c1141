import { maskedCrc32c } from "@heddle/core/internal/formats/crc.js";

/** What a file is that holds no data in a form that Heddle reads, and what to do with it. */
export interface ForeignFile {
  readonly what: string;
  readonly next: string;
}

const toNpz = 'numpy.savez_compressed("data.npz", x_train=…, y_train=…)';
const asNpz = (reader: string) => `Save its arrays in Python: read them with ${reader}, then call ${toNpz}.`;
const asCsv = "Save it as CSV.";
const asParquet = "Save it as Parquet: datasets.load_from_disk(…).to_parquet(…).";
const folders = "Choose a folder with a folder of pictures for each class.";
const unpack = (command: string) => `Unpack it with ${command}, and choose what was in it.`;

const picture = ["a picture", folders] as const;

/** How files begin, as bytes; `?` is any byte. */
const beginnings: readonly (readonly [beginning: string, what: string, next: string])[] = [
  ["Rar!\x1a\x07", "a RAR archive", unpack("unrar")],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive", unpack("7z x")],
  ["\x28\xb5\x2f\xfd", "a file packed with Zstandard", unpack("zstd -d")],
  ["\x04\x22\x4d\x18", "a file packed with LZ4", unpack("lz4 -d")],
  ["MATLAB 7.3", "a MATLAB file of version 7.3", asNpz("h5py.File")],
  ["MATLAB 5.0", "a MATLAB file", asNpz("scipy.io.loadmat")],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file", asNpz("h5py.File")],
  ["\x80\x02\x8a\x0al\xfc\x9cF\xf9", "a file of PyTorch", asNpz("torch.load")],
  ...["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"].map(
    (beginning) =>
      [beginning, "a Python pickle, which can hold a program and is not read", asNpz("pickle.load")] as const,
  ),
  ["ARROW1\0\0", "an Arrow file", asParquet],
  ["\xff\xff\xff\xff??\0\0\x10\0\0\0", "an Arrow stream", asParquet],
  ["FEA1", "a Feather file", asParquet],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file", asCsv],
  ["SQLite format 3\0", "an SQLite database", asCsv],
  [
    `${"?".repeat(16)}\xde\xc0\xef\xbe`,
    "an LMDB database",
    "Write its pictures into a folder for each class.",
  ],
  ["version https://git-lfs", "a pointer of Git LFS instead of the file", "Fetch it with git lfs pull."],
  ["%PDF-", "a PDF file", folders],
  ["\x89PNG", ...picture],
  ["\xff\xd8\xff", ...picture],
  ["GIF8", ...picture],
  ["RIFF????WEBP", ...picture],
  ["II*\0", ...picture],
  ["MM\0*", ...picture],
  ["BM????\0\0\0\0", ...picture],
  ["????ftyp", ...picture],
  ["\0\0", "an IDX file", "Choose the folder with all four files."],
];

/**
 * What a file is, by its first bytes, if it is no data that Heddle reads.
 *
 * @param head at least its first 512 bytes, or the whole file
 */
export function foreignFile(head: Uint8Array): ForeignFile | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512)).toString("latin1");
  // Its first bytes are a number, which could be any.
  if (isTfRecord(head)) return { what: "a TFRecord file", next: asNpz("tf.data.TFRecordDataset") };
  if (/^\s*<(!doctype html|html)/i.test(text)) {
    return { what: "a web page", next: "Download the file again: the server sent a page instead." };
  }
  if (/^\s*\{/.test(text) && /"(class_name|modelTopology)"\s*:/.test(text)) {
    return { what: "a model in JSON", next: "Choose the data that it is for." };
  }
  if (/^\s*(\[\s*)?\{\s*"/.test(text)) return { what: "JSON", next: asCsv };
  const known = beginnings.find(([beginning]) =>
    [...beginning].every((sign, at) => at < text.length && (sign === "?" || sign === text[at])),
  );
  return known && { what: known[1], next: known[2] };
}

/** A record of TensorFlow begins with its length and that number's checksum. */
function isTfRecord(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(8, true) === maskedCrc32c(head.slice(0, 8));
}

/** What an archive is that holds a program's own files, by their names. */
export function foreignArchive(names: readonly string[]): ForeignFile | undefined {
  if (names.includes("data.pkl")) return { what: "a file of PyTorch", next: asNpz("torch.load") };
  if (names.includes("xl/")) return { what: "an Excel file", next: asCsv };
  if (names.includes("model.weights.h5") || names.includes("saved_model.pb")) {
    return { what: "a Keras model", next: "Choose the data that it was trained on." };
  }
  return undefined;
}
