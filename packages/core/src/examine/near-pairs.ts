import type { Dataset } from "../data/dataset.js";
import { findNearDuplicates, type ImagePlace, type NearDuplicates } from "../data/near-duplicates/index.js";
import type { FoundImage, FoundPair, NearDuplicateFindings, PairCounts } from "./findings.js";

const splits = ["train", "test"] as const;

/** Finds pairs of images that are nearly the same, within and between the splits. */
export async function nearDuplicateFindings(
  dataset: Dataset,
  options: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
): Promise<NearDuplicateFindings> {
  const found: NearDuplicates = await findNearDuplicates([dataset.train, dataset.test], options);
  const imageOf = ({ set, index }: ImagePlace): FoundImage => {
    const split = splits[set]!;
    return { split, index, label: dataset[split].labels[index]! };
  };
  const pairs = found.pairs.map(
    ({ first, second, distance, exact }): FoundPair => ({
      first: imageOf(first),
      second: imageOf(second),
      distance,
      exact,
    }),
  );
  const { maxDistance, truncated, withoutContrast } = found;
  return {
    maxDistance,
    truncated,
    withoutContrast,
    withinTrain: countsOf(pairs, "train", "train"),
    withinTest: countsOf(pairs, "test", "test"),
    betweenSplits: countsOf(pairs, "train", "test"),
    pairs,
  };
}

/** Whether the images of a pair come from these splits, in this order. */
export function isBetween({ first, second }: FoundPair, a: string, b: string): boolean {
  return first.split === a && second.split === b;
}

function countsOf(pairs: readonly FoundPair[], a: string, b: string): PairCounts {
  const own = pairs.filter((pair) => isBetween(pair, a, b));
  const images = new Set(own.map(({ second }) => second.index));
  if (a === b) for (const { first } of own) images.add(first.index);
  const otherLabel = own.filter(({ first, second }) => first.label !== second.label).length;
  return { pairs: own.length, images: images.size, otherLabel };
}
