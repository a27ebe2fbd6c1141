import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { inRange } from "@heddle/core/internal/model/classify.js";
import {
  classCount,
  classNamesOf,
  classProbabilities,
} from "@heddle/core/internal/network/class-probabilities.js";
import type { Picture } from "../../datasets/index.js";
import { hearSignal } from "../../system/hear-signal.js";
import { type EngineChoice, openModel } from "../open-run.js";
import { imageSize, readPictureFor } from "../picture-input.js";

/** Classes that are named for each picture. */
const TOP = 3;

/** A model's prediction for a picture. */
export interface PicturePrediction {
  /** The path, as it was passed. */
  readonly image: string;
  /** True when light and dark were exchanged. */
  readonly inverted: boolean;
  /** True when all pixels are the same: the picture shows nothing, so its classes mean nothing. */
  readonly empty: boolean;
  /** The likeliest classes, likeliest first. */
  readonly top: readonly { readonly label: number; readonly name: string; readonly probability: number }[];
}

/**
 * Predicts the classes of pictures with the model of a run, or any other.
 *
 * @param source a run folder, an id below `root`, `latest`, or a model's folder
 * @throws HeddleError when there is no such run or model, or a file is not a picture; AbortedError on `signal`
 */
export async function predictPictures(
  source: string,
  paths: readonly string[],
  { root, signal, ...engine }: EngineChoice & { readonly root: string; readonly signal?: AbortSignal },
): Promise<readonly PicturePrediction[]> {
  const opened = await openModel(source, root, engine);
  const { model, run } = opened;
  try {
    const shape = imageSize(model);
    const size = sizeOf(shape);
    const images = new Uint8Array(paths.length * size);
    const pictures: Picture[] = [];
    for (const path of paths) {
      await hearSignal(signal, "Reading the pictures");
      const picture = await readPictureFor(opened, path);
      images.set(picture.pixels, pictures.push(picture) * size - size);
    }
    const values = inRange(images, model.pictures?.range);
    const outputs = await model.predict(
      { images: values, count: paths.length, shape },
      { ...(signal && { signal }) },
    );
    const probabilities = classProbabilities(model, outputs);
    const classes = classCount(model);
    const names = classNamesOf(model, run?.record.dataset.classNames ?? []);
    return paths.map((image, index) => {
      const row = probabilities.subarray(index * classes, (index + 1) * classes);
      const top = names
        .map((name, label) => ({ label, name, probability: row[label]! }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, TOP);
      const { inverted, empty } = pictures[index]!;
      return { image, inverted, empty, top };
    });
  } finally {
    model.dispose();
  }
}
