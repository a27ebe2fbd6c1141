import { beginsWithScaling } from "../network/begins-with-scaling.js";
import { classNamesOf, classProbabilities } from "../network/class-probabilities.js";
import { imageInputOf } from "../network/image-input.js";
import type { Network } from "../network/network.js";
import { inRange } from "../pictures/in-range.js";
import { pictureInput } from "../pictures/picture-input.js";
import { type PictureSource, readPictureSource } from "../pictures/picture-source.js";
import type { Samples } from "../training/samples.js";

/** A class that a model sees in a picture. */
export interface ClassProbability {
  /** The class's name, or `class 3` for a model that does not know it. */
  readonly label: string;
  readonly probability: number;
}

/** What a model sees in a picture: its classes, likeliest first. */
export type Classification = readonly ClassProbability[] & {
  /** True if all pixels are the same: the picture shows nothing, so its classes mean nothing. */
  readonly empty: boolean;
  /** True if light and dark were exchanged, because the background was light and `pictures` of the model says so. */
  readonly inverted: boolean;
};

/** The classes of a picture by a model. */
export async function classifyPicture(
  model: Network & { predict(samples: Samples): Promise<Float32Array> },
  source: PictureSource,
): Promise<Classification> {
  const shape = imageInputOf(model);
  const [height, width, channels] = shape;
  const invert = model.pictures?.invertLight ?? false;
  warnOfRange(model);
  const picture = await readPictureSource(source);
  const { pixels, empty, inverted } = pictureInput(picture, { height, width, channels }, { invert });
  const images = inRange(pixels, model.pictures?.range);
  const outputs = await model.predict({ images, count: 1, shape });
  const probabilities = classProbabilities(model, outputs);
  const classes = classNamesOf(model)
    .map((label, index) => ({ label, probability: probabilities[index]! }))
    .sort((a, b) => b.probability - a.probability);
  return Object.assign(classes, { empty, inverted });
}

/** The models that it was said of: once is enough for a video. */
const warned = new WeakSet<Network>();

/** Says which values a model is given that neither knows its range nor brings pixels into one. */
function warnOfRange(model: Network): void {
  if (model.pictures || beginsWithScaling(model) || warned.has(model)) return;
  warned.add(model);
  console.warn(
    `classify: model "${model.name}" has neither \`pictures\` nor a Rescaling layer: it is given pixel values from 0 to 255. ` +
      'If it was trained on others, set its range: model.pictures = { range: [0, 1], grey: "rec601", invertLight: false }.',
  );
}
