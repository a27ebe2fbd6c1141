import type { Dataset, ImageSet } from "@heddle/core/data";
import type { FoundImage } from "@heddle/core/internal/examine/findings.js";
import { labelErrorFindings, whyNoSuspects } from "@heddle/core/internal/examine/label-errors.js";
import { nearDuplicateFindings } from "@heddle/core/internal/examine/near-pairs.js";
import { defaultEpochs, FOLDS, whyNotJudged } from "@heddle/core/internal/examine/out-of-fold.js";
import { rangeOf } from "@heddle/core/internal/explain/tiles.js";
import { stretched } from "@heddle/core/internal/figures/shown-images.js";
import { editedSplit } from "./edits";
import type { Duplicates, Edit, Split, Suspects } from "./protocol";

/** Nobody looks at more. */
const MOST_PAIRS = 1000;
const MOST_SUSPECTS = 1000;
/** As `heddle data --report`. */
const SEED = 42;

/** How an examination tells how far it is, and is stopped. */
export interface Examining {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** A dataset after somebody's changes, and where the page has its images. */
function present(whole: Dataset, edits: readonly Edit[]) {
  const train = editedSplit(whole, "train", edits);
  const test = editedSplit(whole, "test", edits);
  const places = { train: train.places, test: test.places };
  const pageOf = ({ split, index }: Pick<FoundImage, "split" | "index">) => ({
    split,
    image: places[split][index]!,
  });
  return { dataset: { ...whole, train: train.set, test: test.set }, pageOf };
}

/** Pairs of images that are nearly the same, as on the data report. */
export async function findDuplicates(
  whole: Dataset,
  edits: readonly Edit[],
  examining: Examining,
): Promise<Duplicates> {
  const { dataset, pageOf } = present(whole, edits);
  const { pairs, ...counts } = await nearDuplicateFindings(dataset, examining);
  return {
    ...counts,
    all: pairs.length,
    pairs: pairs.slice(0, MOST_PAIRS).map(({ first, second, distance, exact }) => ({
      first: pageOf(first),
      second: pageOf(second),
      distance,
      exact,
    })),
  };
}

/** Labels that are probably wrong, as on the data report: by models that did not learn them. */
export async function findSuspects(
  whole: Dataset,
  edits: readonly Edit[],
  { signal, onProgress, threads }: Examining & { readonly threads: number | undefined },
): Promise<Suspects> {
  const { dataset, pageOf } = present(whole, edits);
  const none = { all: 0, suspects: [], estimated: 0 };
  const reason = whyNotJudged(dataset, FOLDS);
  if (reason !== undefined) return { ...none, reason };
  const found = await labelErrorFindings(asBytes(dataset), {
    folds: FOLDS,
    epochs: defaultEpochs(dataset.train.count, FOLDS),
    seed: SEED,
    threads,
    signal,
    onProgress: (fold, { epoch, epochs, step, steps }) =>
      onProgress((fold - 1 + (epoch - 1 + step / steps) / epochs) / FOLDS),
  });
  const noGround = whyNoSuspects(found, dataset.train.labels);
  if (noGround !== undefined) return { ...none, reason: noGround };
  const suspects = (["train", "test"] as const)
    .flatMap((split: Split) =>
      found[split].suspects.map(({ index, label, suggested, selfConfidence, margin }) => ({
        ...pageOf({ split, index }),
        label,
        suggested,
        selfConfidence,
        margin,
      })),
    )
    .sort((a, b) => a.margin - b.margin);
  return {
    all: suspects.length,
    suspects: suspects.slice(0, MOST_SUSPECTS),
    estimated: Math.round(found.train.estimatedErrors + found.test.estimatedErrors),
  };
}

/** Images as bytes, for which the study's network is made. */
function asBytes(dataset: Dataset): Dataset {
  const { images } = dataset.train;
  if (images instanceof Uint8Array) return dataset;
  const range = rangeOf(images);
  const bytes = (set: ImageSet): ImageSet =>
    set.images instanceof Uint8Array ? set : { ...set, images: stretched(set.images, range) };
  return { ...dataset, train: bytes(dataset.train), test: bytes(dataset.test) };
}
