import { basename, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { catalogue, identify } from "@heddle/core/internal/data/catalogue.js";
import { checkCounts, classedLabels, imageSizes, labelsOf } from "@heddle/core/internal/data/idx/dataset.js";
import { checkShapes } from "@heddle/core/internal/data/image-shape.js";
import { orientationOf } from "@heddle/core/internal/data/orientation.js";
import { blockSizes } from "@heddle/core/internal/data/streams/order.js";
import type { StreamedDataset, StreamedSet } from "@heddle/core/internal/data/streams/streamed-set.js";
import { toByteRange } from "@heddle/core/internal/data/value-range.js";
import { readIdxFile, type SourceFile } from "./idx-file.js";
import { type IdxFolderFiles, listIdxFolder, missingFiles, unverified } from "./idx-folder.js";
import { checkPublished, findDataset, type LocateOptions } from "./locate.js";
import { resolveName } from "./resolve.js";
import { checkImages, StreamedIdx } from "./stream-idx.js";

/** The options of {@link openStreamedDataset}. */
export interface StreamOptions extends LocateOptions {
  /**
   * Whether to exchange rows and columns, because the files store images on their side, as EMNIST's do.
   *
   * @defaultValue true if the files are named as EMNIST's are published
   */
  readonly transpose?: boolean | undefined;
}

/**
 * Opens a dataset in MNIST's layout without loading its images, which may be of any size. It reads the labels, and every
 * file once from end to end, so that a damaged one is refused before training starts.
 *
 * @param folder the folder that holds the four files, gzip or plain; plain ones shuffle better and read faster
 * @throws HeddleError if files are missing, damaged or do not match each other
 * @example
 * const { train } = await openIdxFolder("data/large");
 * for await (const { images, labels } of train.shuffled(42, 0)) …
 */
export async function openIdxFolder(folder: string, options: StreamOptions = {}): Promise<StreamedDataset> {
  const { entries = catalogue, transpose, onWarning, signal } = options;
  const listing = await listIdxFolder(folder);
  if (!listing || listing.missing.length > 0) throw missingFiles(folder, listing);
  const names = listing.files as IdxFolderFiles;
  const { transposed } = orientationOf([join(folder, names.trainImages)], transpose);
  const readLabels = async (part: "trainLabels" | "testLabels") => {
    const path = join(folder, names[part]);
    const { array, file } = await readIdxFile(path, signal);
    return { name: path, file, labels: labelsOf({ name: path, array }) };
  };
  const trainLabels = await readLabels("trainLabels");
  const testLabels = await readLabels("testLabels");
  const checked = async (part: "trainImages" | "testImages", { name, labels }: typeof trainLabels) => {
    const images = await checkImages(join(folder, names[part]), signal);
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
  const [train, test] = await inByteRange(
    [
      new StreamedIdx(trainImages.images, labels.train, trainImages.count, transposed),
      new StreamedIdx(testImages.images, labels.test, testImages.count, transposed),
    ],
    [trainImages.images.path, testImages.images.path],
    onWarning,
  );
  const [trainPath, testPath] = [trainImages.images.path, testImages.images.path];
  checkShapes({ name: trainPath, shape: train.shape }, { name: testPath, shape: test.shape });
  if (trainImages.images.packed) warnOfPacked(trainPath, train, classNames.length, onWarning);
  return {
    name: known?.name ?? unknown,
    title: known?.title ?? unknown,
    classNames,
    train,
    test,
    source: { kind: "files", path, ...(transpose !== undefined && { options: { transpose } }), files },
  };
}

/** Both splits with their values from 0 to 255, by the rules of images in memory, which are applied to the extremes. */
async function inByteRange(
  splits: readonly [StreamedIdx, StreamedIdx],
  paths: readonly string[],
  onWarning: LocateOptions["onWarning"],
): Promise<readonly [StreamedIdx, StreamedIdx]> {
  const surveys = [await splits[0].survey(), await splits[1].survey()];
  // Bytes need no look: they are from 0 to 255.
  if (!surveys.some((survey) => survey)) return splits;
  const extremes = surveys.map((survey, at) => {
    const { minimum = 0, maximum = 255, elements = "whole numbers" } = survey ?? {};
    const images = Float32Array.of(minimum, maximum);
    return { name: paths[at]!, images, elements, count: splits[at]!.count };
  });
  const scaled = toByteRange(extremes, { onWarning });
  const inRange = (at: 0 | 1) =>
    scaled[at]!.reading.scaledFrom
      ? splits[at].scaled({ factor: 255, round: surveys[at]?.wasBytes ?? false })
      : splits[at];
  return [inRange(0), inRange(1)];
}

/**
 * Opens a dataset for streaming, by name or from a folder.
 *
 * @param name a name of the catalogue, or the path of a folder of IDX files
 * @throws HeddleError for generated images and for data in any other form, and as {@link loadDataset} does
 * @example
 * const { train } = await openStreamedDataset("data/large");
 * train.count; // 1000000
 */
export async function openStreamedDataset(
  name: string,
  options: StreamOptions = {},
): Promise<StreamedDataset> {
  const resolved = await resolveName(name, options);
  if (resolved.kind === "generated") throw notStreamed(name, "images that are drawn in memory");
  if (resolved.kind === "path") {
    const { path, found } = resolved;
    if (found.form !== "idx") throw notStreamed(path, `data in the form ${found.form}`);
    if (found.archive) throw notStreamed(path, "an archive");
    return openIdxFolder(path, options);
  }
  const located = await findDataset(name, options);
  const dataset = await openIdxFolder(located.folder, options);
  checkPublished(dataset, resolved.entry, located);
  return dataset;
}

function notStreamed(who: string, received: string): HeddleError {
  return new HeddleError({
    who,
    expected: "a folder of IDX files, the only form that can be streamed",
    received,
    next: "Convert it to IDX first.",
  });
}

/** Warns of a packed file that is sorted by class: its blocks stay in order, so its batches hold few classes. */
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
    // The last piece may be short.
    if (part.length < 20 * classes || 2 * new Set(part).size > used) continue;
    onWarning?.(
      `${name} is packed, so it is shuffled only within ${window} images at a time, and some of these hold less than half of the classes. Unpack it with gunzip for a wider shuffle.`,
    );
    return;
  }
}
