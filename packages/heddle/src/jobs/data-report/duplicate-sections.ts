import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Duplicates } from "@heddle/core/internal/data/exact-duplicates.js";
import type { PairCounts } from "@heddle/core/internal/examine/findings.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { PageSection } from "../../pages/page.js";
import type { DataFindings } from "./findings.js";

const scopes = ["Within training", "Within test", "A test image and a training image"] as const;

/** Images that are equal, byte for byte. */
export function duplicatesSection({ dataset }: DataFindings): PageSection {
  const { withinTrain, withinTest, betweenSplits } = dataset.duplicates;
  const row = (name: string, { count, conflicting, examples }: Duplicates) => [
    name,
    groupDigits(count),
    groupDigits(conflicting),
    examples.map(([first, second]) => `${groupDigits(first)} = ${groupDigits(second)}`).join("; ") || "–",
  ];
  const found = withinTrain.count + withinTest.count + betweenSplits.count;
  return {
    id: "exact-duplicates",
    title: "Exact duplicates",
    text:
      found === 0
        ? "No image occurs twice, byte for byte."
        : "Images that are equal to an earlier one, byte for byte. A test image that is also in training measures memory, not learning.",
    tables: [
      {
        title: "Images that repeat an earlier one",
        head: ["Where", "Images", "With a different label", "Examples"],
        rows: [
          row(scopes[0], withinTrain),
          row(scopes[1], withinTest),
          row("Test images that are in training", betweenSplits),
        ],
        numeric: [1, 2],
      },
    ],
  };
}

/** Images that are the same except for small changes. */
export function nearDuplicatesSection(
  { nearDuplicates, dataset }: DataFindings,
  figures: readonly Figure[],
): PageSection {
  const { withinTrain, withinTest, betweenSplits, maxDistance, truncated, pairs } = nearDuplicates;
  const row = (name: string, counts: PairCounts) => [
    name,
    groupDigits(counts.pairs),
    groupDigits(counts.images),
    groupDigits(counts.otherLabel),
  ];
  const [height, width] = dataset.train.shape;
  const shifted = Math.min(height, width) >= 12 ? ", the smallest over nine shifts by up to one pixel" : "";
  const limit = truncated
    ? ` The search stopped at ${groupDigits(pairs.length)} pairs: there are more, and those shown may not be the nearest.`
    : "";
  return {
    id: "near-duplicates",
    title: "Near duplicates",
    text:
      (pairs.length === 0
        ? "No two images are the same up to brightness, contrast, a little noise and a shift by one pixel."
        : "Pairs of images that are the same up to brightness, contrast, a little noise and a shift by one pixel. Between the splits, they test a model on what it has seen; with different labels, one of the two is wrong or the classes overlap.") +
      limit,
    tables: [
      {
        title: `Pairs at a distance of ${maxDistance} or less`,
        head: ["Where", "Pairs", "Images in them", "Pairs with different labels"],
        rows: [
          row(scopes[0], withinTrain),
          row(scopes[1], withinTest),
          row(`${scopes[2]} (test images counted)`, betweenSplits),
        ],
        numeric: [1, 2, 3],
      },
    ],
    figures,
    aside: `The distance is that of the two images after blurring (1-2-1), subtracting their means and scaling them to length 1${shifted}: √(2 − 2r) for a correlation of r. Contrasts differ by half at most. No pair within the distance is missed; mirrored, rotated and scaled copies are not searched for. Images of a single tone are skipped. Plain objects of the same form come near each other without being copies: look before you call them duplicates.`,
  };
}
