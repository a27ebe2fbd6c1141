import { holdsPictures } from "@heddle/core/internal/data/dataset.js";
import { imageInputOf } from "@heddle/core/internal/network/image-input.js";
import { type Picture, readPicture } from "../datasets/index.js";
import type { OpenedModel } from "./open-run.js";

/**
 * A picture file as a model's input, read as its training images were: unchanged if the run was trained on a folder of
 * pictures, and for a model of no run that has no rule; otherwise a grey picture with a light background is inverted, because
 * grey datasets have a dark one.
 *
 * @throws HeddleError when the file is not a picture, or the model takes no images
 */
export function readPictureFor(opened: OpenedModel, path: string): Promise<Picture> {
  const [height, width, channels] = imageInputOf(opened.model);
  return readPicture(path, { height, width, channels }, pictureRuleFor(opened));
}

/**
 * How pictures become inputs of a model.
 *
 * @param invert whether grey pictures with a light background are inverted, if the user says so
 */
export function pictureRuleFor({ model, run }: OpenedModel, invert?: boolean) {
  const source = run?.record.dataset.source;
  // Runs from before models held this rule have it in their record; a model from Keras has none.
  const own = model.pictures?.invertLight ?? (source !== undefined && !holdsPictures(source.form));
  return { invert: invert ?? own, bitDepth: source?.options?.bitDepth };
}
