import type { Dataset, ImageSet } from "@heddle/core/data";
import { imagesAt } from "@heddle/core/data";
import type { Edit, Split } from "./protocol";

/** A split after somebody's changes. */
export interface EditedSplit {
  readonly set: ImageSet;
  /** The position in the unchanged split of each image that is left. */
  readonly places: Int32Array;
}

/** A split with its changed labels, and without the images that were dropped. */
export function editedSplit(dataset: Dataset, split: Split, edits: readonly Edit[]): EditedSplit {
  const whole = dataset[split];
  const changes = new Map(
    edits.filter((edit) => edit.split === split).map(({ image, label }) => [image, label]),
  );
  const all = Int32Array.from({ length: whole.count }, (_, place) => place);
  const places = all.filter((place) => changes.get(place) !== null);
  if (changes.size === 0) return { set: whole, places };
  const set = imagesAt(whole, places);
  places.forEach((from, to) => {
    set.labels[to] = changes.get(from) ?? set.labels[to]!;
  });
  return { set, places };
}

/** A dataset with its changes. */
export function editedDataset(dataset: Dataset, edits: readonly Edit[]): Dataset {
  if (edits.length === 0) return dataset;
  return {
    ...dataset,
    train: editedSplit(dataset, "train", edits).set,
    test: editedSplit(dataset, "test", edits).set,
  };
}
