import { firstImages, type ImageSet } from "@heddle/core/internal/data/dataset.js";
import { drawable } from "@heddle/core/internal/figures/drawable.js";
import { imageGrid } from "@heddle/core/internal/figures/image-grid.js";
import { drawFigures } from "../../rendering/draw-figure.js";
import { keepFigure } from "../../runs/kept-figure.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { firstOfClasses } from "../example-images.js";
import type { Job } from "../job.js";

/** Pictures of the first grid, as in the published study. */
const GRID_COUNT = 25;
const GRID_COLUMNS = 5;
/** A longer grid would show nothing more. */
const MOST_CLASSES = 100;

/** The figures of {@link drawDataFigures}, in the order of a report. */
export const dataFigureNames = ["first-images", "one-of-each-class"] as const;

/**
 * Draws what the data looks like into a run's folder: the first two figures of the published study.
 */
export async function drawDataFigures(folder: RunFolder, { dataset, train, signal }: Job): Promise<void> {
  const { classNames, title } = dataset;
  const named = (set: ImageSet) => [...set.labels].map((label) => drawable(classNames[label]!));
  const first = firstImages(train.preview, GRID_COUNT);
  const firsts = firstOfClasses(train, classNames.length);
  const each = await train.at(firsts.slice(0, MOST_CLASSES));
  const whose = firsts.length > MOST_CLASSES ? `each of the first ${MOST_CLASSES} classes` : "each class";
  const [firstName, eachName] = dataFigureNames;
  const grids = [
    imageGrid(first, {
      name: firstName,
      title: `${title}: the first ${first.count} training images`,
      columns: GRID_COLUMNS,
      labels: named(first),
      tone: "ink",
    }),
    imageGrid(each, {
      name: eachName,
      title: `${title}: one training image of ${whose}`,
      columns: GRID_COLUMNS,
      labels: named(each),
      tone: "ink",
    }),
  ];
  for (const figure of await drawFigures(grids, signal)) await keepFigure(folder, figure);
}
