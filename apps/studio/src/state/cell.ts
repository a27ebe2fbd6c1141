import type { Edit, Evaluated, OpenedData, Split } from "../worker/protocol";

/** The present label of an image: somebody's change, or the data's; null if it was dropped. */
export function labelOf(
  data: OpenedData,
  edits: readonly Edit[],
  split: Split,
  image: number,
): number | null {
  const edit = edits.find((one) => one.split === split && one.image === image);
  return edit ? edit.label : data[split].labels[image]!;
}

/** The images of a cell of the confusion matrix, the most confident answers first. */
export function imagesOfCell(
  data: OpenedData,
  { split, predicted, confidence }: Evaluated,
  edits: readonly Edit[],
  cell: { readonly truth: number; readonly predicted: number },
): readonly number[] {
  const changed = new Map(
    edits.filter((edit) => edit.split === split).map(({ image, label }) => [image, label]),
  );
  const images: number[] = [];
  for (let image = 0; image < data[split].count; image++) {
    const label = changed.has(image) ? changed.get(image) : data[split].labels[image];
    if (label === cell.truth && predicted[image] === cell.predicted) images.push(image);
  }
  return images.sort((a, b) => confidence[b]! - confidence[a]!);
}

/** Edits with others on top of them; a change back to the label of the data is none. */
export function withChanges(
  data: OpenedData,
  edits: readonly Edit[],
  changes: readonly Edit[],
): readonly Edit[] {
  const isSame = (a: Edit, b: Edit) => a.split === b.split && a.image === b.image;
  const kept = edits.filter((edit) => !changes.some((change) => isSame(edit, change)));
  const real = changes.filter(({ split, image, label }) => label !== data[split].labels[image]);
  return [...kept, ...real];
}
