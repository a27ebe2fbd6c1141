import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkNotAborted, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import type { DroppedRow, MissingRule } from "@heddle/core/internal/data/dropped-rows.js";
import { checkSize, type ImageShape } from "@heddle/core/internal/data/image-shape.js";
import type { ReadImages } from "@heddle/core/internal/data/labelled-images.js";
import type { SourceFile } from "./idx-file.js";
import type { ListedPicture } from "./image-folder-list.js";
import { decodePicture, MAXIMUM_PICTURE_BYTES, type PlainPicture } from "./picture.js";
import type { SourceFolder } from "./source-folder.js";

/** How to read a folder of pictures. */
interface ImageFolderOptions {
  /**
   * The size to which pictures are scaled, whole and centred on their own background colour.
   *
   * @defaultValue their own size, which must be the same for all
   */
  readonly size?: readonly [height: number, width: number] | undefined;
  /**
   * With `"error"`, an unreadable picture is an error; otherwise it is dropped and reported.
   *
   * @defaultValue `"drop"`
   */
  readonly missing?: MissingRule | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** How many pictures are decoded at a time: as many as the system's pool has threads. */
const AT_ONCE = 4;

/**
 * Reads the pictures of one split, in their order. All get the same channels: grey if every picture is grey, with
 * opacity if any picture is transparent.
 *
 * @param source the dataset's folder
 * @param pictures the pictures below that folder
 * @returns the images, the pictures that could not be read, and a checksum of each class folder
 * @throws HeddleError if pictures have different sizes and `size` is not set; AbortedError on `signal`
 */
export async function readPictures(
  source: SourceFolder,
  pictures: readonly ListedPicture[],
  options: ImageFolderOptions = {},
): Promise<ReadImages & { readonly files: readonly SourceFile[] }> {
  const folder = source.path;
  const rows: DroppedRow[] = [];
  const decoded: { listed: ListedPicture; picture: PlainPicture }[] = [];
  const folders = new FolderChecksums();
  for (let at = 0; at < pictures.length; at += AT_ONCE) {
    checkNotAborted(options.signal, `Reading ${folder}`);
    const batch = pictures.slice(at, at + AT_ONCE);
    const results = await Promise.all(batch.map((listed) => readOne(source, listed, options)));
    results.forEach(({ bytes, picture, fault }, index) => {
      const listed = batch[index]!;
      folders.add(listed.path, bytes);
      if (picture) decoded.push({ listed, picture });
      else rows.push({ file: listed.path, reason: "unreadable picture", label: listed.label, detail: fault });
    });
    checkAlike(folder, decoded[0], decoded.slice(-AT_ONCE), options);
    // Checked batch by batch, because a small file may hold many megapixels.
    const one = decoded[0]?.picture;
    if (one) checkSize(folder, decoded.length, [one.height, one.width, one.channels]);
  }
  const [first] = decoded;
  if (!first) throw noneReadable(folder, rows);
  const alpha = decoded.some(({ picture }) => picture.transparent);
  const grey = decoded.every(({ picture }) => picture.channels <= 2);
  const channels = (grey ? 1 : 3) + (alpha ? 1 : 0);
  const shape: ImageShape = [first.picture.height, first.picture.width, channels];
  const name = join(folder, first.listed.path.split("/").slice(0, -2).join("/"));
  checkSize(name, decoded.length, shape);
  const size = shape[0] * shape[1] * channels;
  const images = new Uint8Array(allocateShared(decoded.length * size));
  decoded.forEach(({ picture }, image) => {
    copyChannels(picture, images, image * size, channels);
  });
  rows.sort((a, b) => (a.file < b.file ? -1 : 1));
  const labelTexts = [...new Set(pictures.map(({ label }) => label))];
  const positions = new Map(labelTexts.map((text, position) => [text, position]));
  const labels = Int32Array.from(decoded, ({ listed }) => positions.get(listed.label)!);
  return {
    images: { name, images, shape, count: decoded.length, labelTexts, labels },
    dropped: { read: pictures.length, zeroed: 0, rows },
    files: folders.files(),
  };
}

async function readOne(source: SourceFolder, { path }: ListedPicture, options: ImageFolderOptions) {
  const where = join(source.path, path);
  const bytes = await source.read(path, { maximumBytes: MAXIMUM_PICTURE_BYTES });
  try {
    return { bytes, picture: await decodePicture(where, bytes, options.size), fault: "" };
  } catch (thrown) {
    if (options.missing === "error" || !(thrown instanceof HeddleError)) throw thrown;
    return { bytes, picture: undefined, fault: messageOf(thrown.cause ?? thrown).split("\n")[0]! };
  }
}

type Decoded = { readonly listed: ListedPicture; readonly picture: PlainPicture };

function checkAlike(
  folder: string,
  first: Decoded | undefined,
  some: readonly Decoded[],
  { size }: ImageFolderOptions,
): void {
  if (!first || size) return;
  const sizeOf = ({ picture }: Decoded) => `${picture.height} × ${picture.width}`;
  const different = some.find((decoded) => sizeOf(decoded) !== sizeOf(first));
  if (!different) return;
  throw new HeddleError({
    who: folder,
    expected: `pictures of one size, such as ${first.listed.path} of ${sizeOf(first)}`,
    received: `${different.listed.path} of ${sizeOf(different)}`,
    next: `Scale them all with \`size: [${first.picture.height}, ${first.picture.width}]\`.`,
  });
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
class FolderChecksums {
  private readonly folders = new Map<string, { bytes: number; hash: ReturnType<typeof createHash> }>();

  add(path: string, bytes: Uint8Array): void {
    const cut = path.lastIndexOf("/") + 1;
    const folder = path.slice(0, cut);
    const known = this.folders.get(folder) ?? { bytes: 0, hash: createHash("sha256") };
    known.bytes += bytes.length;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    known.hash.update(`${path.slice(cut)}\t${sha256}\n`);
    this.folders.set(folder, known);
  }

  files(): SourceFile[] {
    return [...this.folders]
      .map(([name, { bytes, hash }]) => ({ name, bytes, sha256: hash.digest("hex") }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function noneReadable(folder: string, rows: readonly DroppedRow[]): HeddleError {
  const [first] = rows;
  return new HeddleError({
    who: folder,
    expected: "at least one readable picture",
    received: first ? `${rows.length} unreadable ones, such as ${first.file}: ${first.detail}` : "none",
    next: "Check that these are whole pictures.",
  });
}
