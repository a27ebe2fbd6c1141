import { groupDigits } from "@heddle/core/internal/base/format.js";
import { type Dataset, firstImages, type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import type { DatasetDescription } from "@heddle/core/internal/data/describe.js";
import type {
  FoundImage,
  FoundPair,
  LabelErrorFindings,
  NearDuplicateFindings,
} from "@heddle/core/internal/examine/findings.js";
import { isBetween } from "@heddle/core/internal/examine/near-pairs.js";
import type { Chart } from "@heddle/core/internal/figures/chart.js";
import { classBalance } from "@heddle/core/internal/figures/class-balance.js";
import { drawable } from "@heddle/core/internal/figures/drawable.js";
import { type ImageCard, imageCards } from "@heddle/core/internal/figures/image-cards.js";
import { imageGrid } from "@heddle/core/internal/figures/image-grid.js";
import { pixelHistogram } from "@heddle/core/internal/figures/pixel-histogram.js";
import type { Sheet } from "@heddle/core/internal/figures/sheet.js";
import { joined, meanImages, someOfClass } from "./images.js";
import { channelNames, histogramOf } from "./statistics.js";

const FIRST = 25;
const COLUMNS = 5;
/** Images of each class; fewer where there are many classes. */
const OF_A_CLASS = 20;
const OF_ONE_OF_MANY = 10;
const MANY_CLASSES = 20;
/** Nobody reads a page with more grids. */
export const MOST_CLASSES = 100;
const PAIRS = 12;
const SUSPECTS = 24;

/** The figures of a section, not drawn yet. */
type Drawings = readonly (Chart | Sheet)[];

/** What all figures of a report share. The images of `dataset` are bytes. */
export interface Drawing {
  readonly dataset: Dataset;
  readonly seed: number;
}

const tone = "ink" as const;

export function firstImagesFigure({ dataset }: Drawing): Drawings {
  const first = firstImages(dataset.train, FIRST);
  const title = `The first ${first.count} training images`;
  const labels = [...first.labels].map((label) => drawable(dataset.classNames[label]!));
  return [imageGrid(first, { name: "first-images", title, columns: COLUMNS, labels, tone })];
}

/** A grid for each class, of images drawn at random with the seed. */
export function classFigures({ dataset, seed }: Drawing): Drawings {
  const { train, classNames } = dataset;
  const count = classNames.length > MANY_CLASSES ? OF_ONE_OF_MANY : OF_A_CLASS;
  const figures: (Chart | Sheet)[] = [];
  for (const [label, className] of classNames.slice(0, MOST_CLASSES).entries()) {
    const chosen = someOfClass(train, label, count, seed);
    if (chosen.length === 0) continue;
    const title = `${className}: ${chosen.length} of the training images`;
    const name = `class-${String(label).padStart(String(classNames.length - 1).length, "0")}`;
    figures.push(imageGrid(imagesAt(train, chosen), { name, title, columns: COLUMNS, tone }));
  }
  return figures;
}

export function meanImagesFigure({ dataset }: Drawing): Drawings {
  const { classNames, train } = dataset;
  const classes = Math.min(classNames.length, MOST_CLASSES);
  const { set, labels } = meanImages(train, classes);
  if (labels.length === 0) return [];
  const title =
    classes === classNames.length
      ? "Mean training image of each class"
      : `Mean training image of each of the first ${classes} classes`;
  const names = labels.map((label) => drawable(classNames[label]!));
  const options = { name: "mean-images", title, columns: COLUMNS, labels: names, tone };
  return [imageGrid(set, options)];
}

export function balanceFigure({ classNames, train, test }: DatasetDescription): Drawings {
  const splits = [
    { split: "Training", perClass: train.perClass },
    { split: "Test", perClass: test.perClass },
  ];
  return [classBalance(splits, classNames)];
}

/** A histogram for each channel, of the values as they are stored. */
export function histogramFigures(dataset: Dataset, range: readonly [number, number]): Drawings {
  const { train, test } = dataset;
  const [ofTrain, ofTest] = [histogramOf(train, range), histogramOf(test, range)];
  const names = channelNames(train.shape[2]);
  const figures: (Chart | Sheet)[] = [];
  for (const [channel, channelName] of names.entries()) {
    const splits = [
      { split: "Training", shares: ofTrain[channel]! },
      { split: "Test", shares: ofTest[channel]! },
    ];
    const many = names.length > 1;
    const name = many ? `pixel-histogram-${channelName.replace(" ", "-")}` : "pixel-histogram";
    const title = many ? `Pixel values, ${channelName}` : "Pixel values";
    figures.push(pixelHistogram(splits, { name, title, range }));
  }
  return figures;
}

/** The nearest pairs of each kind, and those whose labels differ. */
export function nearDuplicateFigures(drawing: Drawing, { pairs }: NearDuplicateFindings): Drawings {
  const kinds = [
    [
      "near-duplicates-between",
      "A training and a test image",
      (pair: FoundPair) => isBetween(pair, "train", "test"),
    ],
    [
      "near-duplicates-training",
      "Two training images",
      (pair: FoundPair) => isBetween(pair, "train", "train"),
    ],
    ["near-duplicates-test", "Two test images", (pair: FoundPair) => isBetween(pair, "test", "test")],
    [
      "near-duplicates-labels",
      "With different labels",
      ({ first, second }: FoundPair) => first.label !== second.label,
    ],
  ] as const;
  const figures: (Chart | Sheet)[] = [];
  for (const [name, what, belongs] of kinds) {
    const own = pairs.filter(belongs);
    if (own.length === 0) continue;
    const shown = own.slice(0, PAIRS);
    const title =
      own.length === shown.length
        ? `${what}: ${own.length === 1 ? "the only pair" : `all ${own.length} pairs`}`
        : `${what}: the nearest ${shown.length} of ${groupDigits(own.length)} pairs`;
    figures.push(pairsFigure(drawing, shown, name, title));
  }
  return figures;
}

function pairsFigure({ dataset }: Drawing, pairs: readonly FoundPair[], name: string, title: string): Sheet {
  const images = pairs.flatMap(({ first, second }) => [first, second]);
  const set = gathered(dataset, images);
  const cards = pairs.map(({ first, second, distance, exact }, at): ImageCard => {
    const pictures = [first, second].map((image, side) => ({
      index: 2 * at + side,
      lines: captionOf(dataset, image),
    }));
    return { pictures, footer: exact ? "equal, byte for byte" : `distance ${distance.toFixed(4)}` };
  });
  return imageCards(set, cards, { name, title, columns: 2, tone });
}

/** The most suspect labels of each split. */
export function suspectFigures({ dataset }: Drawing, found: LabelErrorFindings): Drawings {
  const figures: (Chart | Sheet)[] = [];
  for (const split of ["train", "test"] as const) {
    const { suspects } = found[split];
    if (suspects.length === 0) continue;
    const shown = suspects.slice(0, SUSPECTS);
    const images = shown.map(({ index, label }): FoundImage => ({ split, index, label }));
    const cards = shown.map(
      ({ label, suggested, margin, index }, at): ImageCard => ({
        pictures: [
          {
            index: at,
            lines: [
              dataset.classNames[label]!,
              `rather ${dataset.classNames[suggested]!}`,
              `no. ${groupDigits(index)}`,
            ],
          },
        ],
        footer: `margin ${margin.toFixed(3).replace("-", "−")}`,
      }),
    );
    const where = split === "train" ? "Training" : "Test";
    const title = `${where}: the ${shown.length} most suspect of ${groupDigits(suspects.length)}`;
    const name = `label-suspects-${split === "train" ? "training" : "test"}`;
    figures.push(imageCards(gathered(dataset, images), cards, { name, title, columns: 4, tone }));
  }
  return figures;
}

function captionOf(dataset: Dataset, { split, index, label }: FoundImage): readonly string[] {
  return [dataset.classNames[label]!, `${split === "train" ? "training" : "test"} ${groupDigits(index)}`];
}

/** Images of both splits in one set. */
function gathered(dataset: Dataset, images: readonly FoundImage[]): ImageSet {
  return joined(images.map(({ split, index }) => imagesAt(dataset[split], [index])));
}
