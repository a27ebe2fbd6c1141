import { firstImages, type ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imageGrid } from "../../figures/image-grid.js";
import { keepFigure } from "../../runs/kept-figure.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Job } from "../job.js";
import { firstOfClasses, type LabelledSet } from "../labelled-set.js";

/** Pictures of the study's first grid. */
const GRID_COUNT = 25;
const GRID_COLUMNS = 5;

/** The figures of {@link drawDataFigures}, in the order of a report. */
export const dataFigureNames = ["first-images", "one-of-each-class"] as const;

/**
 * Draws what the data looks like into a run's folder: the study's first two figures.
 *
 * @param train the training images, of a stream the first ones
 * @param all of a stream all of them
 */
export async function drawDataFigures(
  folder: RunFolder,
  job: Job,
  train: ImageSet,
  all: LabelledSet,
): Promise<void> {
  const { classNames, title } = job.dataset;
  const named = (set: ImageSet) => [...set.labels].map((label) => classNames[label]!);
  const first = firstImages(train, GRID_COUNT);
  const each = await all.at(firstOfClasses(all, classNames.length));
  const [firstName, eachName] = dataFigureNames;
  const figures = [
    await imageGrid(first, {
      name: firstName,
      title: `${title}: the first ${first.count} training images`,
      columns: GRID_COLUMNS,
      labels: named(first),
      tone: "ink",
    }),
    await imageGrid(each, {
      name: eachName,
      title: `${title}: one training image of each class`,
      columns: GRID_COLUMNS,
      labels: named(each),
      tone: "ink",
    }),
  ];
  for (const figure of figures) await keepFigure(folder, figure);
}
