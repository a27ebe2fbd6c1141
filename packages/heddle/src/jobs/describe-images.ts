import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { type DatasetDescription, describeDataset } from "@heddle/core/internal/data/describe.js";
import { type Images, previewOf } from "@heddle/core/internal/data/images.js";

/**
 * Describes data that may be on disk: all images are counted, but values and duplicates are those of the first images of
 * each split, as the title then says.
 */
export function describeImages(dataset: Dataset<Images>): DatasetDescription {
  const { train, test, classNames } = dataset;
  const described = describeDataset(previewOf(dataset));
  const whole = (part: "train" | "test", { count, labels }: Images) => {
    const perClass = new Array<number>(classNames.length).fill(0);
    for (const label of labels) perClass[label]! += 1;
    return { ...described[part], images: count, perClass };
  };
  const partial = train.preview.count < train.count || test.preview.count < test.count;
  const [first, second] = [train, test].map(({ preview }) => groupDigits(preview.count));
  return {
    ...described,
    ...(partial && {
      title: `${described.title}, streamed (values and duplicates: of the first ${first} and ${second} images)`,
    }),
    train: whole("train", train),
    test: whole("test", test),
  };
}
