import { createHash } from "node:crypto";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { allocateShared, allocateSharedFloats } from "@heddle/core/internal/base/memory.js";
import { sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { type ArrayOptions, emptySink, splitOf } from "@heddle/core/internal/data/array-split.js";
import type { DroppedRows } from "@heddle/core/internal/data/dropped-rows.js";
import { checkSize } from "@heddle/core/internal/data/image-shape.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import { type LeftOut, leftOut, type ReadingChoice } from "@heddle/core/internal/data/reading.js";
import { readNpy } from "@heddle/core/internal/formats/npy.js";
import type { SourceFile } from "./idx-file.js";
import type { SourceFolder } from "./source-folder.js";

/** Arrays that hold the images of a class each, as Quick, Draw! is published: `cat.npy`, `dog.npy`. */
export interface ClassArrays {
  /** The file of each class, by the class's name. */
  readonly classes: ReadonlyMap<string, string>;
  /** All other files of the folder. */
  readonly others: readonly string[];
}

const NPY = /\.npy$/i;
/** What a browser makes of the folder in Quick, Draw!'s addresses. */
const PREFIX = /^full_numpy_bitmap_/;

/** The files with a class each among the names of a folder: at least two arrays. */
export function classArraysOf(names: readonly string[]): ClassArrays | undefined {
  const files = names.filter((name) => NPY.test(name));
  if (files.length < 2) return undefined;
  const classes = new Map(files.map((name) => [name.replace(NPY, "").replace(PREFIX, ""), name]));
  return { classes, others: names.filter((name) => !NPY.test(name)) };
}

/**
 * Reads the images of each class from an array of its own. The classes are spread evenly, so that the first images have
 * them in the same shares as all.
 *
 * @throws HeddleError if an array holds no images, or images of another shape; AbortedError on `signal`
 */
export async function readClassArrays(
  source: SourceFolder,
  { classes, others }: ClassArrays,
  options: ArrayOptions & { readonly signal?: AbortSignal | undefined },
): Promise<{
  readonly train: LabelledImages;
  readonly files: readonly SourceFile[];
  readonly dropped: DroppedRows;
  readonly choices: readonly ReadingChoice[];
  readonly leftOut: readonly LeftOut[];
}> {
  const sets: LabelledImages[] = [];
  const files: SourceFile[] = [];
  const sink = emptySink();
  for (const [label, file] of classes) {
    const bytes = await source.read(file, { signal: options.signal });
    files.push({ name: file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    const x = readNpy(bytes, join(source.path, file));
    const count = x.shape[0] ?? 0;
    const y = { shape: [count], data: Array<string>(count).fill(label), elements: "text" } as const;
    const set = splitOf(x, y, { ...options, name: source.path, images: file, labels: label }, sink);
    const [first = set] = sets;
    if (!sameShape(first.shape, set.shape)) {
      throw new HeddleError({
        who: join(source.path, file),
        expected: `images of ${first.shape.join(" × ")}, as in ${files[0]!.name}`,
        received: set.shape.join(" × "),
        next: "Save all classes with images of one size.",
      });
    }
    sets.push(set);
  }
  return {
    train: spread(source.path, sets, [...classes.keys()]),
    files,
    dropped: sink,
    choices: [{ about: "arrays", choice: "one for each class, named after it" }],
    leftOut: others.length > 0 ? [leftOut("file", "no array", others)] : [],
  };
}

/** The images of all classes as one set. */
function spread(
  name: string,
  sets: readonly LabelledImages[],
  labelTexts: readonly string[],
): LabelledImages {
  const shape = sets[0]!.shape;
  const size = sizeOf(shape);
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  checkSize(name, count, shape);
  const isBytes = sets.every(({ images }) => images instanceof Uint8Array);
  const images = isBytes ? new Uint8Array(allocateShared(count * size)) : allocateSharedFloats(count * size);
  const labels = new Int32Array(count);
  const next = sets.map(() => 0);
  for (let image = 0; image < count; image++) {
    // The class that is furthest behind its share.
    let label = 0;
    let least = Number.POSITIVE_INFINITY;
    sets.forEach((set, position) => {
      const turn =
        next[position]! < set.count ? (next[position]! + 0.5) / set.count : Number.POSITIVE_INFINITY;
      if (turn < least) [label, least] = [position, turn];
    });
    const at = next[label]!++;
    images.set(sets[label]!.images.subarray(at * size, (at + 1) * size), image * size);
    labels[image] = label;
  }
  const { elements } = sets[0]!;
  return {
    name,
    images,
    shape,
    count,
    labelTexts,
    labels,
    ...(sets.every((set) => set.elements === elements) && { elements }),
  };
}
