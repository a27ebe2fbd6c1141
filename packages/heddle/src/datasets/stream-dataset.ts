import { basename, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFolder } from "@heddle/core/internal/base/files-node.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { catalogue, identify } from "@heddle/core/internal/data/catalogue.js";
import {
  checkCounts,
  checkShapes,
  classedLabels,
  imageSizes,
  labelsOf,
} from "@heddle/core/internal/data/idx/dataset.js";
import { blockSizes } from "@heddle/core/internal/data/streams/order.js";
import type { StreamedDataset, StreamedSet } from "@heddle/core/internal/data/streams/streamed-set.js";
import { findForm } from "./forms.js";
import { readIdxFile, type SourceFile } from "./idx-file.js";
import { type IdxFolderFiles, listIdxFolder, missingFiles, unverified } from "./idx-folder.js";
import { findDataset, type LocateOptions, unknownDataset } from "./locate.js";
import { checkImages, StreamedIdx } from "./stream-idx.js";

/**
 * Opens a dataset in MNIST's layout without loading its images: labels are read, and every file once from end to end,
 * so that a damaged one is refused before anything is trained. Images files may be of any size.
 *
 * @param folder the folder that holds the four files, gzip or plain; plain ones shuffle better and read faster
 * @throws HeddleError when files are missing, damaged or do not fit each other
 * @example
 * const { train } = await openIdxFolder("data/large");
 * for await (const { images, labels } of train.shuffled(42, 0)) …
 */
export async function openIdxFolder(folder: string, options: LocateOptions = {}): Promise<StreamedDataset> {
  const { entries = catalogue, onWarning } = options;
  const listing = await listIdxFolder(folder);
  if (!listing || listing.missing.length > 0) throw missingFiles(folder, listing);
  const names = listing.files as IdxFolderFiles;
  const transposed = listing.prefix.startsWith("emnist");
  const readLabels = async (part: "trainLabels" | "testLabels") => {
    const path = join(folder, names[part]);
    const { array, file } = await readIdxFile(path);
    return { name: path, file, labels: labelsOf({ name: path, array }) };
  };
  const trainLabels = await readLabels("trainLabels");
  const testLabels = await readLabels("testLabels");
  const checked = async (part: "trainImages" | "testImages", { name, labels }: typeof trainLabels) => {
    const images = await checkImages(join(folder, names[part]));
    const [count] = imageSizes(images.path, images.layout.shape);
    checkCounts({ name: images.path, count }, { name, count: labels.length });
    return { images, count };
  };
  const testImages = await checked("testImages", testLabels);
  const trainImages = await checked("trainImages", trainLabels);
  const files: SourceFile[] = [
    trainImages.images.file,
    trainLabels.file,
    testImages.images.file,
    testLabels.file,
  ];
  const known = identify(
    files.map(({ sha256 }) => sha256),
    entries,
  );
  const path = resolve(folder);
  const unknown = unverified(basename(path), entries);
  const labelled = { train: trainLabels, test: testLabels };
  const { classNames, ...labels } = classedLabels(labelled, { classNames: known?.classNames, onWarning });
  const train = new StreamedIdx(trainImages.images, labels.train, trainImages.count, transposed);
  const test = new StreamedIdx(testImages.images, labels.test, testImages.count, transposed);
  const [trainPath, testPath] = [trainImages.images.path, testImages.images.path];
  checkShapes({ name: trainPath, shape: train.shape }, { name: testPath, shape: test.shape });
  if (trainImages.images.packed) warnOfPacked(trainPath, train, classNames.length, onWarning);
  return {
    name: known?.name ?? unknown,
    title: known?.title ?? unknown,
    classNames,
    train,
    test,
    source: { kind: "files", path, files },
  };
}

/**
 * Opens a dataset by name or from a folder, to be streamed.
 *
 * @param name a name of the catalogue, or a folder of IDX files
 * @throws HeddleError for data that is drawn or in another form, and as `loadDataset` does
 */
export async function openStreamedDataset(
  name: string,
  options: LocateOptions = {},
): Promise<StreamedDataset> {
  const { entries = catalogue } = options;
  if (name === "fashion-sketch") {
    throw notStreamed(name, "images that are drawn in memory", `heddle convert ${name} FOLDER --to idx`);
  }
  const entry = entries.find((known) => known.name === name);
  const path = entry ? options.dataDir : name;
  if (path !== undefined) {
    const found = await findForm(path);
    if (found && found.form !== "idx") {
      throw notStreamed(path, `data in the form ${found.form}`, `heddle convert ${path} FOLDER --to idx`);
    }
    if (!found && !(await isFolder(path))) throw unknownDataset(path, entries);
  }
  const asked = entry?.name ?? entries[0]!.name;
  const { folder, foundBy } = await findDataset(asked, { ...options, dataDir: path });
  const dataset = await openIdxFolder(folder, options);
  if (foundBy === "--data" || dataset.name === asked) return dataset;
  throw new HeddleError({
    who: folder,
    expected: `the files of ${entry!.title} as published`,
    received: "files with other checksums",
    next: "Replace them, or name the folder with --data to use them as they are.",
  });
}

function notStreamed(who: string, received: string, command: string): HeddleError {
  const expected = "a folder of IDX files, as --stream reads no other form";
  return new HeddleError({ who, expected, received, next: `Convert it first: ${command}.` });
}

/** Classes come together where a packed file is sorted by them: its blocks stay in their order. */
function warnOfPacked(
  name: string,
  { labels, shape }: StreamedSet,
  classes: number,
  onWarning: LocateOptions["onWarning"],
): void {
  const { blockImages, windowBlocks } = blockSizes(sizeOf(shape));
  const window = blockImages * windowBlocks;
  const used = new Set(labels).size;
  for (let from = 0; from < labels.length; from += window) {
    const part = labels.subarray(from, from + window);
    // A last piece may be short by right.
    if (part.length < 20 * classes || 2 * new Set(part).size > used) continue;
    onWarning?.(
      `${name} is packed and can be shuffled only within ${window} images at a time, some of which hold less than half of the classes: unpack it with gunzip for a wider shuffle.`,
    );
    return;
  }
}
