import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { withClasses } from "@heddle/core/internal/data/classes.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { type DatasetDescription, describeDataset } from "@heddle/core/internal/data/describe.js";
import { checkFormOptions } from "@heddle/core/internal/data/form-options.js";
import type { StreamedSet, StreamedSplits } from "@heddle/core/internal/data/streams/streamed-set.js";
import { type LoadOptions, openStreamedDataset } from "../datasets/index.js";
import type { RunRecord } from "../runs/records.js";
import { type LabelledSet, labelledSet } from "./labelled-set.js";
import type { Obtained } from "./obtain-dataset.js";

/** Bytes of the first images that describe a split. */
const PREVIEW_BYTES = 8 * 2 ** 20;
/** Pictures of the report's first grid: so many at least. */
const PREVIEW_LEAST = 25;

/** Images in memory, or streams with a dataset of the first ones. */
export interface MaybeStreamed {
  readonly dataset: Dataset;
  readonly streams?: StreamedSplits | undefined;
}

/**
 * Images of a dataset with labels that count other names: those of a run.
 *
 * @throws HeddleError when the names are others, or streamed labels would have to change
 */
export function withNames(images: LabelledSet, dataset: Dataset, names: readonly string[]): LabelledSet {
  const { samples } = images;
  if ("images" in samples) return labelledSet(withClasses({ ...dataset, test: samples }, names).test);
  const { classNames } = withClasses(dataset, names);
  const places = dataset.classNames.map((name, place) => [classNames.indexOf(name), place]);
  if (places.every(([now, then]) => now === then || now === -1)) return images;
  throw new HeddleError({
    who: dataset.title,
    expected: `classes in the order of the run's, ${names.slice(0, 3).join(", ")} …, because streamed labels cannot be changed`,
    received: `${dataset.classNames.slice(0, 3).join(", ")} …`,
    next: "Remove `stream: true`.",
  });
}

/**
 * Data that is streamed from disk: a dataset of the first images of each split, to describe and to show, and both
 * splits as streams.
 *
 * @param data a name of the catalogue or a folder of IDX files
 * @throws HeddleError for data that is drawn or in another form, and as `loadDataset` does
 */
export async function obtainStreams(
  data: string | undefined,
  options: LoadOptions,
): Promise<Obtained & { readonly streams: StreamedSplits }> {
  checkFormOptions("idx", options);
  const { train, test, ...about } = await openStreamedDataset(data ?? "fashion-mnist", options);
  const dataset: Dataset = { ...about, train: await preview(train), test: await preview(test) };
  return { dataset, foundBy: "disk", streams: { train, test } };
}

/**
 * The streams that a run was trained on, from `data`, else from where they were then, with the run's classes.
 *
 * @throws HeddleError when they are not there, or are no IDX files
 */
export async function streamsOfRun(
  { dataset: then }: Pick<RunRecord, "dataset">,
  data: string | undefined,
  options: LoadOptions,
): Promise<{ readonly dataset: Dataset; readonly streams: StreamedSplits }> {
  const { dataset, streams } = await obtainStreams(data ?? then.source.path ?? then.name, options);
  return { dataset: withClasses(dataset, then.classNames), streams };
}

/**
 * Describes data that is streamed: counts are of all images, values and duplicates of the first of each split, which
 * the title says.
 */
export function describeStreams(dataset: Dataset, { train, test }: StreamedSplits): DatasetDescription {
  const described = describeDataset(dataset);
  const perClass = (labels: ImageSet["labels"]) => {
    const counts = new Array<number>(dataset.classNames.length).fill(0);
    for (const label of labels) counts[label]! += 1;
    return counts;
  };
  const whole = (part: "train" | "test", set: StreamedSet) => ({
    ...described[part],
    images: set.count,
    perClass: perClass(set.labels),
  });
  const partial = dataset.train.count < train.count || dataset.test.count < test.count;
  const [first, second] = [dataset.train.count, dataset.test.count].map(groupDigits);
  return {
    ...described,
    // Small data is described whole.
    ...(partial && {
      title: `${described.title}, streamed (values and duplicates: of the first ${first} and ${second} images)`,
    }),
    train: whole("train", train),
    test: whole("test", test),
  };
}

async function preview(set: StreamedSet): Promise<ImageSet> {
  const [height, width, channels] = set.shape;
  const fitting = Math.max(PREVIEW_LEAST, Math.floor(PREVIEW_BYTES / (height * width * channels)));
  return set.at(Array.from({ length: Math.min(set.count, fitting) }, (_, place) => place));
}
