import { firstImages, type ImageSet } from "../data/dataset.js";
import { checkFits } from "./check-fits.js";
import type { Training } from "./job.js";

/**
 * Gives a training's model its optimizer, loss and kernels.
 *
 * @returns the images to train on
 * @throws HeddleError when the model does not fit the data
 */
export function prepareTraining(training: Training): ImageSet {
  const { dataset, model, optimizer, loss, fast, threads, limit } = training;
  checkFits(model, dataset);
  model.compile({ optimizer, loss, fast, ...(threads !== undefined && { threads }) });
  return limit === undefined ? dataset.train : firstImages(dataset.train, limit);
}
