import { type Images, imagesInMemory } from "../data/images.js";
import { limitedImages } from "./limit.js";
import type { TrainingImages, TrainingPlan } from "./training.js";
import { splitForValidation } from "./validation-split.js";

/**
 * Chooses the images to train on, and holds some out to validate on. Images on disk stay in their order, so a limit takes
 * the first ones, and none are held out.
 *
 * @param images all training images of a dataset
 * @throws HeddleError when the limit is not a whole number of at least 1, or no class has two images to split
 */
export function trainingImages(
  images: Images,
  { limit, validationSplit }: Partial<Pick<TrainingPlan, "limit" | "validationSplit">>,
): TrainingImages {
  if (!images.inMemory) {
    return { train: limit === undefined ? images : images.first(limit), validation: undefined };
  }
  const limited = limitedImages(images.inMemory, limit);
  if (!validationSplit) return { train: imagesInMemory(limited), validation: undefined };
  const { train, validation } = splitForValidation(limited, validationSplit);
  return { train: imagesInMemory(train), validation };
}
