import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { counted } from "@heddle/core/internal/base/format.js";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import type { DroppedRow, DroppedRows, MissingRule } from "@heddle/core/internal/data/dropped-rows.js";
import { checkSize, type ImageShape } from "@heddle/core/internal/data/image-shape.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import {
  LEFT_OUT_EXAMPLES,
  type ReaderNotes,
  type ReadingChoice,
} from "@heddle/core/internal/data/reading.js";
import { PictureError } from "@heddle/core/internal/pictures/raw-picture.js";
import { commonSize } from "./common-size.js";
import type { SourceFile } from "./idx-file.js";
import type { ImageFolderListing } from "./image-folder-list.js";
import { decodePicture, MAXIMUM_PICTURE_BYTES, type PlainPicture } from "./picture.js";
import type { ListedPicture } from "./picture-tree.js";
import type { SourceFolder } from "./source-folder.js";

/** How to read a folder of pictures. */
export interface ImageFolderOptions {
  /**
   * The size to which pictures are scaled, whole and centred on their own background colour.
   *
   * @defaultValue their own size, or a small square if they have several
   */
  readonly size?: readonly [height: number, width: number] | undefined;
  /**
   * How many bits of 16-bit pictures count, from 8 to 16.
   *
   * @defaultValue as many as the largest value of all pictures needs
   */
  readonly bitDepth?: number | undefined;
  /**
   * With `"error"`, an unreadable picture is an error; otherwise it is dropped and reported.
   *
   * @defaultValue `"drop"`
   */
  readonly missing?: MissingRule | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Called with how many pictures have been read, and how many there are. */
  readonly onReading?: ((done: number, total: number) => void) | undefined;
}

/** The pictures of both splits, with one size, one scale of values and one number of channels. */
export interface ReadPictures extends Required<ReaderNotes> {
  readonly train: LabelledImages;
  readonly test?: LabelledImages;
  readonly dropped: DroppedRows;
  /** A checksum of each class folder. */
  readonly files: readonly SourceFile[];
  /** The options that the pictures decided, so that others can be read in the same way. */
  readonly readAs: Pick<ImageFolderOptions, "size" | "bitDepth">;
}

/** How many pictures are decoded at a time: as many as the system's pool has threads. */
const AT_ONCE = 4;

/**
 * Reads the pictures of both splits, in their order. All get the same channels: grey if every picture is grey, with opacity
 * if any picture is transparent.
 *
 * @param source the dataset's folder
 * @param listing the pictures below that folder
 * @throws HeddleError if no picture of a split can be read; AbortedError on `signal`
 */
export async function readPictures(
  source: SourceFolder,
  listing: ImageFolderListing,
  options: ImageFolderOptions = {},
): Promise<ReadPictures> {
  const listed = [...listing.train, ...(listing.test ?? [])];
  const choices: ReadingChoice[] = [];
  let { size } = options;
  if (size)
    choices.push({ about: "size", choice: `${size.join(" × ")}; other pictures are scaled`, option: "size" });
  let read = await decodeAll(source, listed, options);
  if (!read) {
    const common = await commonSize(source, listed, options.signal);
    size = common.size;
    choices.push(common.choice);
    read = (await decodeAll(source, listed, { ...options, size }))!;
  }
  const { results, bitDepth } = read;
  const whole = results.flatMap(({ picture }) => (picture ? [picture] : []));
  const alpha = whole.some(({ transparent }) => transparent);
  const grey = whole.every(({ channels }) => channels <= 2);
  const channels = (grey ? 1 : 3) + (alpha ? 1 : 0);
  const inTrain = results.slice(0, listing.train.length);
  const inTest = results.slice(listing.train.length);
  const rows = results.flatMap(({ fault }) => (fault ? [fault] : []));
  rows.sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    train: labelledImages(source.path, inTrain, channels),
    ...(listing.test && { test: labelledImages(source.path, inTest, channels) }),
    dropped: { read: results.length, zeroed: 0, rows },
    files: folderChecksums(results),
    readAs: { ...(size && { size }), ...(bitDepth !== undefined && { bitDepth }) },
    choices: [...(listing.choices ?? []), ...choices, ...choicesFor(results, bitDepth, options.bitDepth)],
    leftOut: listing.leftOut ?? [],
  };
}

/** A picture that was read, or why it was not. */
interface Result {
  readonly listed: ListedPicture;
  readonly bytes: number;
  readonly sha256: string;
  readonly picture?: PlainPicture;
  readonly fault?: DroppedRow;
}

/** Decodes all pictures; `undefined` as soon as two have different sizes, unless `size` is set. */
async function decodeAll(
  source: SourceFolder,
  listed: readonly ListedPicture[],
  options: ImageFolderOptions,
): Promise<{ readonly results: readonly Result[]; readonly bitDepth?: number } | undefined> {
  const results: Result[] = new Array(listed.length);
  let bitDepth = options.bitDepth ?? 8;
  const chooseBitDepth = (needed: number) => {
    if (options.bitDepth === undefined) bitDepth = Math.max(bitDepth, needed);
    return bitDepth;
  };
  const readAt = async (at: number) => {
    results[at] = await readOne(source, listed[at]!, { ...options, chooseBitDepth });
  };
  let first: PlainPicture | undefined;
  let areAlike = true;
  let done = 0;
  let decoded = 0;
  await inParallel(listed.length, async (at) => {
    checkNotAborted(options.signal, `Reading ${source.path}`);
    await readAt(at);
    options.onReading?.(++done, listed.length);
    const { picture } = results[at]!;
    if (!picture) return true;
    first ??= picture;
    areAlike &&= picture.height === first.height && picture.width === first.width;
    // Checked picture by picture, because a small file may hold many megapixels.
    checkSize(source.path, ++decoded, [picture.height, picture.width, picture.channels]);
    return areAlike;
  });
  if (!areAlike) return undefined;
  const deep = [...results.keys()].filter((at) => results[at]!.picture?.bitDepth !== undefined);
  // A later picture may have needed more bits than those before it.
  for (const at of deep) if (results[at]!.picture!.bitDepth! < bitDepth) await readAt(at);
  return { results, ...(deep.length > 0 && { bitDepth }) };
}

/** Runs `work` on the positions 0 to `count`, some at a time, until it throws or answers false. */
async function inParallel(count: number, work: (at: number) => Promise<boolean>): Promise<void> {
  let next = 0;
  const worker = async () => {
    try {
      while (next < count) if (!(await work(next++))) next = count;
    } finally {
      // After an error, the other workers end with the picture that they have in hand.
      if (next < count) next = count;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}

async function readOne(
  source: SourceFolder,
  listed: ListedPicture,
  options: ImageFolderOptions & { readonly chooseBitDepth: (needed: number) => number },
): Promise<Result> {
  const { path: file, label } = listed;
  const bytes = await source.read(file, { maximumBytes: MAXIMUM_PICTURE_BYTES });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const known = { listed, bytes: bytes.length, sha256 };
  try {
    return { ...known, picture: await decodePicture(join(source.path, file), bytes, options) };
  } catch (thrown) {
    if (options.missing === "error" || !(thrown instanceof PictureError)) throw thrown;
    return { ...known, fault: { file, reason: "unreadable picture", label, detail: thrown.reason } };
  }
}

function labelledImages(folder: string, results: readonly Result[], channels: number): LabelledImages {
  const whole = results.filter(({ picture }) => picture);
  const first = whole[0]?.picture;
  if (!first) throw noneReadable(folder, results);
  const shape: ImageShape = [first.height, first.width, channels];
  const name = join(folder, whole[0]!.listed.path.split("/").slice(0, -2).join("/"));
  checkSize(name, whole.length, shape);
  const size = shape[0] * shape[1] * channels;
  const images = new Uint8Array(allocateShared(whole.length * size));
  whole.forEach(({ picture }, image) => {
    copyChannels(picture!, images, image * size, channels);
  });
  const labelTexts = [...new Set(results.map(({ listed }) => listed.label))];
  const positions = new Map(labelTexts.map((text, position) => [text, position]));
  const labels = Int32Array.from(whole, ({ listed }) => positions.get(listed.label)!);
  return { name, images, fromPictures: true, shape, count: whole.length, labelTexts, labels };
}

/** Copies a picture with the channels of the whole set: grey as equal red, green and blue; missing opacity as opaque. */
function copyChannels(picture: PlainPicture, images: Uint8Array, start: number, channels: number): void {
  const { pixels, channels: own, height, width } = picture;
  const colours = channels > 2 ? 3 : 1;
  const ownColours = own > 2 ? 3 : 1;
  let target = start;
  for (let pixel = 0; pixel < height * width; pixel++) {
    const from = pixel * own;
    for (let colour = 0; colour < colours; colour++) {
      images[target++] = pixels[from + (ownColours === 1 ? 0 : colour)]!;
    }
    if (channels > colours) images[target++] = own > ownColours ? pixels[from + ownColours]! : 255;
  }
}

/** One checksum per class folder, over its files' names and checksums. A run records these instead of every picture. */
function folderChecksums(results: readonly Result[]): SourceFile[] {
  const folders = new Map<string, { bytes: number; hash: ReturnType<typeof createHash> }>();
  for (const { listed, bytes, sha256 } of results) {
    const cut = listed.path.lastIndexOf("/") + 1;
    const folder = listed.path.slice(0, cut);
    const known = folders.get(folder) ?? { bytes: 0, hash: createHash("sha256") };
    known.bytes += bytes;
    // A label that is not its folder's name comes from a file beside the pictures.
    const label = folder.split("/").at(-2) === listed.label ? "" : `\t${listed.label}`;
    known.hash.update(`${listed.path.slice(cut)}\t${sha256}${label}\n`);
    folders.set(folder, known);
  }
  return [...folders]
    .map(([name, { bytes, hash }]) => ({ name, bytes, sha256: hash.digest("hex") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function choicesFor(
  results: readonly Result[],
  bitDepth: number | undefined,
  chosen: number | undefined,
): ReadingChoice[] {
  const choices: ReadingChoice[] = [];
  const odd = results.filter(({ picture }) => picture?.odd !== undefined);
  if (odd.length > 0) {
    const examples = odd
      .slice(0, LEFT_OUT_EXAMPLES)
      .map(({ listed, picture }) => `${listed.path}: ${picture!.odd}`);
    const choice = `${counted(odd.length, "picture")} used although the decoder complained, because whole (${examples.join("; ")})`;
    choices.push({ about: "odd files", choice, warn: true });
  }
  const animated = results.filter(({ picture }) => picture && picture.frames > 1);
  if (animated.length > 0) {
    const choice = `the first picture of ${counted(animated.length, "file")} with several (${animated[0]!.listed.path})`;
    choices.push({ about: "animations", choice, warn: true });
  }
  if (bitDepth !== undefined) {
    const divisor = 2 ** (bitDepth - 8);
    const choice =
      chosen === undefined
        ? `16-bit values divided by ${divisor}, because none needs more than ${bitDepth} bits`
        : `16-bit values divided by ${divisor}`;
    choices.push({
      about: "bit depth",
      choice,
      option: "bitDepth",
      warn: chosen === undefined && bitDepth < 16,
    });
  }
  return choices;
}

function noneReadable(folder: string, results: readonly Result[]): HeddleError {
  const first = results.find(({ fault }) => fault)?.fault;
  return new HeddleError({
    who: folder,
    expected: "at least one readable picture",
    received: first ? `${results.length} unreadable ones, such as ${first.file}: ${first.detail}` : "none",
    next: "Check that these are whole pictures.",
  });
}
