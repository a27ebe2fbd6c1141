import type { Edit, Evaluated, OpenedData } from "../worker/protocol";

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
