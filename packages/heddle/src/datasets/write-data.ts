import { lstat, mkdir, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";
import { checkOptions } from "@heddle/core/internal/base/known-options.js";
import { abortSignal, anyFunction, oneOf, trueOrFalse } from "@heddle/core/internal/base/rules.js";
import { type ClassedImages, withTest } from "@heddle/core/internal/data/assemble.js";
import { isWholeNumber } from "@heddle/core/internal/data/classes.js";
import { csvOf } from "@heddle/core/internal/data/csv/write.js";
import { type ImageSet, type WrittenForm, writtenForms } from "@heddle/core/internal/data/dataset.js";
import { labelTextsFor } from "@heddle/core/internal/data/label-texts.js";
import { type IdxElementType, writeIdx } from "@heddle/core/internal/formats/idx.js";
import { writeNpy } from "@heddle/core/internal/formats/npy.js";
import { Zip, ZipDeflate } from "fflate";
import { firstStranger } from "../system/ours.js";
import { writeAside, writePieces } from "../system/write-aside.js";
import { isSplitName } from "./image-folder-list.js";

/** The options of {@link writeData}. */
export interface WriteOptions {
  /**
   * The form to write.
   *
   * @defaultValue the form that the target's extension implies: `.csv`, `.csv.gz` or `.npz`
   */
  readonly form?: WrittenForm | undefined;
  /**
   * True to replace an existing target.
   *
   * @defaultValue false
   */
  readonly force?: boolean | undefined;
  /** Called with each warning, one line long. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Ends the writing; nothing is left of the target, and what it was to replace stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The form in which data is written to a target.
 *
 * @param target the path of a file or folder
 * @param form the form, if the target's extension does not imply it
 * @throws HeddleError if neither the extension nor `form` determines it, or they differ
 * @example
 * formOfTarget("fashion.npz"); // "npz"
 */
export function formOfTarget(target: string, form?: WrittenForm): WrittenForm {
  const ending = /\.csv(\.gz)?$/i.test(target) ? "csv" : /\.npz$/i.test(target) ? "npz" : undefined;
  const refuse = (expected: string, received: string) =>
    new HeddleError({ who: target, expected, received, next: "Correct the target or `form`." });
  if (form === undefined && ending === undefined) {
    throw refuse(
      "a target that ends in .csv, .csv.gz or .npz, or `form`: idx, csv, npz or images",
      "neither",
    );
  }
  if (form !== undefined && ending !== undefined && form !== ending) {
    throw refuse(`a target for ${form}`, `one that ends in .${ending}`);
  }
  if (form === "npz" && ending === undefined) throw refuse("a file that ends in .npz", target);
  return form ?? ending!;
}

/** The paths of files that {@link writeData} writes, or that a dataset in MNIST's layout has. */
const DATASET_FILES = new RegExp(
  `^(?:${[
    "[^/]*(?:train|t10k|test)-(?:images|labels)[-.]idx\\d+-[a-z]+(?:\\.gz)?",
    "(?:train|test)\\.csv",
    "(?:(?:train|test)/)?[^/.][^/]*/\\d+\\.png",
  ].join("|")})$`,
  "i",
);

/** A target that is one file. */
const FILE = /\.(csv|csv\.gz|npz)$/i;

/**
 * Checks, before anything is read, that a target may be written. What killed processes left next to it is removed, and a
 * dataset that one of them had moved out of the way is put back.
 *
 * @throws HeddleError if it exists and `force` is false; if it is a folder that holds anything but a dataset as
 *   {@link writeData} writes it; if it is a file where a folder would be written, or a link
 */
export async function checkTarget(target: string, force: boolean): Promise<void> {
  // Without a slash at its end, with which a link would be followed.
  const path = resolve(checkPath("Target", target));
  await removeLeftovers(dirname(path));
  const entry = await lstat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return undefined;
    throw fileError(target, "a place that can be written", thrown);
  });
  if (!entry || (entry.isDirectory() && (await readdir(path)).length === 0)) return;
  const refuse = (received: string, next = "Choose another, or remove it yourself.") =>
    new HeddleError({ who: target, expected: "a path that does not exist yet", received, next });
  if (!entry.isDirectory() && !entry.isFile()) throw refuse("neither a file nor a folder");
  if (entry.isFile() && !FILE.test(path)) throw refuse("a file, but data in this form is a folder");
  if (!force) {
    const received = entry.isFile() ? "a file" : "a folder with files";
    throw refuse(received, "Choose another, or replace it with `force: true`.");
  }
  // `force` on a mistyped path must not delete a home folder.
  const stranger = entry.isFile() ? undefined : await firstStranger(path, DATASET_FILES);
  if (stranger !== undefined) {
    throw refuse(
      `a folder that does not hold a dataset alone, but also ${stranger}`,
      "Choose another, or remove the folder yourself.",
    );
  }
}

/**
 * Writes data in one of the forms, under a temporary name that is renamed when everything is written.
 *
 * - `csv`: one file (training rows, then test rows) if the target ends in `.csv` or `.csv.gz`, otherwise a folder with
 *   `train.csv` and `test.csv`
 * - `npz`: Keras's arrays, and `class_names` if the classes have names
 * - `idx`: four gzip files; a missing test split is held out, a sixth of each class
 * - `images`: `train/CLASS/00001.png` and `test/CLASS/00001.png`, for bytes only; `CLASS/00001.png` without a test split,
 *   unless a class is called like a split
 *
 * @param target the path of a file or folder
 * @param data what to write, such as the result of {@link loadSplits}
 * @returns the data as written, including a test split that was held out
 * @throws HeddleError if the target exists, or the form cannot hold the data; AbortedError on `signal`
 * @example
 * await writeData("fashion.npz", await loadSplits("fashion-mnist"));
 */
export async function writeData(
  target: string,
  data: ClassedImages,
  options: WriteOptions = {},
): Promise<ClassedImages> {
  checkOptions("writeData", options, {
    form: oneOf(...writtenForms),
    force: trueOrFalse,
    onWarning: anyFunction,
    signal: abortSignal,
  });
  const form = formOfTarget(target, options.form);
  const check = () => checkTarget(target, options.force ?? false);
  await check();
  const { onWarning = () => {}, signal } = options;
  const place = { target, check, signal };
  if (form === "idx") {
    const whole = { ...data, ...withTest(target, data, onWarning) };
    await writeIdxFiles(place, whole, onWarning);
    return whole;
  }
  if (form === "csv") await writeTables(place, data, onWarning);
  else if (form === "npz") await writeNpz(place, data);
  else await writePictures(place, data);
  return data;
}

type Warn = (message: string) => void;

/** Where something is written, and what prevents or ends that. */
interface Place {
  readonly target: string;
  readonly check: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

async function writeTables(place: Place, data: ClassedImages, onWarning: Warn): Promise<void> {
  const { target, signal } = place;
  const { train, test } = data;
  const labels = tableLabels(data, onWarning);
  if (/\.csv(\.gz)?$/i.test(target)) {
    if (test)
      onWarning("Training and test rows go into one file, in this order; a folder would keep them apart.");
    const sets = test ? [train, test] : [train];
    await writeAside(target, (aside) => writePieces(aside, target, csvOf(sets, labels), signal), place);
    return;
  }
  const writeFolder = async (aside: string) => {
    await mkdir(aside);
    await writePieces(join(aside, "train.csv"), "train.csv", csvOf([train], labels), signal);
    if (test) await writePieces(join(aside, "test.csv"), "test.csv", csvOf([test], labels), signal);
  };
  await writeAside(place.target, writeFolder, place);
}

function tableLabels(data: ClassedImages, onWarning: Warn): readonly string[] {
  const labels = labelTextsFor(data.classNames, usedClasses(data));
  if (labels !== data.classNames) {
    onWarning("Labels are written as numbers, because the names would be read back in a different order.");
  }
  return labels;
}

function usedClasses({ train, test }: ClassedImages): ReadonlySet<number> {
  return new Set([...train.labels, ...(test?.labels ?? [])]);
}

async function writeNpz(place: Place, { classNames, train, test }: ClassedImages): Promise<void> {
  const { target, signal } = place;
  const arrays: Record<string, Uint8Array> = {};
  const add = (split: string, { images, labels, count, shape }: ImageSet) => {
    const [height, width, channels] = shape;
    const sizes = channels === 1 ? [count, height, width] : [count, height, width, channels];
    arrays[`x_${split}.npy`] = writeNpy(sizes, images);
    arrays[`y_${split}.npy`] = writeNpy([count], labels);
  };
  add("train", train);
  if (test) add("test", test);
  if (!classNames.every((name, label) => name === String(label))) {
    arrays["class_names.npy"] = writeNpy([classNames.length], classNames);
  }
  await writeAside(target, (aside) => writePieces(aside, target, zipped(arrays), signal), place);
}

/** How many bytes are compressed at a time. */
const ZIPPED_BYTES = 1 << 18;

/** A zip archive of some files, compressed as its pieces are read. */
function* zipped(files: Readonly<Record<string, Uint8Array>>): Generator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const archive = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const [name, bytes] of Object.entries(files)) {
    const file = new ZipDeflate(name, { level: 6 });
    // A fixed time, so that the same data results in the same file.
    file.mtime = new Date(1980, 0, 1);
    archive.add(file);
    for (let at = 0; at < bytes.length; at += ZIPPED_BYTES) {
      const end = at + ZIPPED_BYTES;
      file.push(bytes.subarray(at, end), end >= bytes.length);
      yield* pieces.splice(0);
    }
  }
  archive.end();
  yield* pieces;
}

async function writeIdxFiles(
  place: Place,
  { classNames, train, test }: Required<ClassedImages>,
  onWarning: Warn,
): Promise<void> {
  const { signal } = place;
  if (!classNames.every((name, label) => name === String(label))) {
    onWarning("The names of the classes are not written, because IDX holds only numbers.");
  }
  const numbers = numbersOf(classNames);
  const writeFolder = async (aside: string) => {
    await mkdir(aside);
    const write = async (
      name: string,
      elementType: IdxElementType,
      shape: number[],
      of: ImageSet["images"] | Int32Array,
    ) => {
      const letters = { uint8: "ubyte", float32: "float", int32: "int" }[elementType as "uint8"];
      const file = `${name}-idx${shape.length}-${letters}.gz`;
      await writePieces(join(aside, file), file, [writeIdx({ elementType, shape, data: of })], signal);
    };
    for (const [split, set] of [
      ["train", train],
      ["t10k", test],
    ] as const) {
      const [height, width, channels] = set.shape;
      const sizes = [set.count, height, width, ...(channels === 1 ? [] : [channels])];
      const type = set.images instanceof Uint8Array ? "uint8" : "float32";
      await write(`${split}-images`, type, sizes, set.images);
      const labels = Int32Array.from(set.labels, (label) => numbers[label]!);
      const small = labels.every((label) => label < 256);
      await write(
        `${split}-labels`,
        small ? "uint8" : "int32",
        [set.count],
        small ? Uint8Array.from(labels) : labels,
      );
    }
  };
  await writeAside(place.target, writeFolder, place);
}

/** The number of each class: its name if all names are numbers (EMNIST's letters start at 1), otherwise its position. */
function numbersOf(classNames: readonly string[]): readonly number[] {
  return classNames.every(isWholeNumber) ? classNames.map(Number) : classNames.map((_, label) => label);
}

async function writePictures(place: Place, { classNames, train, test }: ClassedImages): Promise<void> {
  const { target, signal } = place;
  if (train.images instanceof Float32Array || test?.images instanceof Float32Array) {
    throw new HeddleError({
      who: target,
      expected: "pixels that are bytes, the only kind in PNG",
      received: "floats",
      next: "Convert to npz, csv or idx.",
    });
  }
  const folders = folderNames(classNames);
  const { default: sharp } = await import("sharp");
  sharp.concurrency(1);
  const writeFolders = async (aside: string) => {
    const sets = test
      ? ([
          ["train/", train],
          ["test/", test],
        ] as const)
      : // Within a split, a class may be called like one.
        ([[folders.some(isSplitName) ? "train/" : "", train]] as const);
    for (const [split, { images, labels, count, shape }] of sets) {
      const [height, width, channels] = shape;
      const size = height * width * channels;
      for (const label of new Set(labels)) await makeFolder(join(aside, split, folders[label]!));
      const digits = String(count).length;
      const write = async (image: number) => {
        const name = `${String(image + 1).padStart(digits, "0")}.png`;
        const raw = { height, width, channels: channels as 1 | 2 | 3 | 4 };
        await sharp(images.subarray(image * size, (image + 1) * size), { raw })
          .toColourspace(channels <= 2 ? "b-w" : "srgb")
          .png()
          .toFile(join(aside, split, folders[labels[image]!]!, name));
      };
      for (let image = 0; image < count; image += AT_ONCE) {
        checkNotAborted(signal, `Writing ${target}`);
        const batch = Array.from({ length: Math.min(AT_ONCE, count - image) }, (_, at) => write(image + at));
        await Promise.all(batch);
      }
    }
  };
  await writeAside(target, writeFolders, place);
}

/** How many pictures are written at a time: as many as the system's pool has threads. */
const AT_ONCE = 4;

/** The folder of each class: its name if folders of these names sort in the right order, otherwise number and name. */
function folderNames(classNames: readonly string[]): readonly string[] {
  const safe = classNames.every((name) => /^[\p{L}\p{N}][\p{L}\p{N} _()-]*$/u.test(name));
  const all = new Set(classNames.keys());
  if (safe && labelTextsFor(classNames, all) === classNames) return classNames;
  const digits = String(classNames.length - 1).length;
  return classNames.map((name, label) => {
    const words = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return `${String(label).padStart(digits, "0")}-${words}`;
  });
}
