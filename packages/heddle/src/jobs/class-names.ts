import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { withClasses } from "@heddle/core/internal/data/classes.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { type Images, imagesInMemory } from "@heddle/core/internal/data/images.js";

/**
 * A dataset with the class names of a run: its labels are changed to match them.
 *
 * @throws HeddleError when it has classes that are not among the names, or labels of images on disk would have to change
 */
export function withNames(dataset: Dataset<Images>, names: readonly string[]): Dataset<Images> {
  const labelled: Dataset = { ...dataset, train: labelsOf(dataset.train), test: labelsOf(dataset.test) };
  const named = withClasses(labelled, names);
  if (named === labelled) return dataset;
  const relabelled = (images: Images, { labels }: ImageSet): Images => {
    if (images.inMemory) return imagesInMemory({ ...images.inMemory, labels });
    if (labels.every((label, place) => label === images.labels[place])) return images;
    throw new HeddleError({
      who: dataset.title,
      expected: `classes in the order of the run's, ${names.slice(0, 3).join(", ")} …, because streamed labels cannot be changed`,
      received: `${dataset.classNames.slice(0, 3).join(", ")} …`,
      next: "Remove `stream`.",
    });
  };
  return {
    ...named,
    train: relabelled(dataset.train, named.train),
    test: relabelled(dataset.test, named.test),
  };
}

/** The labels of images as a set without pixels. */
function labelsOf({ labels, count, shape }: Images): ImageSet {
  return { images: new Uint8Array(), labels, count, shape };
}
