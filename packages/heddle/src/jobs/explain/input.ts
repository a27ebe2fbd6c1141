import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import type { InputRange } from "../model-input.js";
import type { OpenedModel } from "../open-run.js";
import { readPictureFor } from "../picture-input.js";

/** An image to explain. */
export interface ExplainImage {
  /** `boot.jpg`, `test:17`. */
  readonly name: string;
  readonly images: Uint8Array | Float32Array;
  /** Its class, where the dataset knows it. */
  readonly label: number | undefined;
  /** True when light and dark were swapped. */
  readonly inverted: boolean;
}

/** `test:17` or `train:3`: a split, and a position in it from 0. */
const OF_DATASET = /^(train|test):(\d+)$/;

/** The split of an image of the dataset; undefined for a picture file. */
export function splitOf(image: string): "train" | "test" | undefined {
  return OF_DATASET.exec(image)?.[1] as "train" | "test" | undefined;
}

/**
 * Reads a picture file, or an image of the dataset.
 *
 * @param source `data`: with images as the model takes them; `range`: of the model, for a picture file
 * @throws HeddleError when it cannot be read, is not a picture, or the split has fewer images
 */
export async function readExplainImage(
  name: string,
  opened: OpenedModel,
  { data, range }: { readonly data: Dataset<Images> | undefined; readonly range: InputRange },
): Promise<ExplainImage> {
  const split = splitOf(name);
  if (split === undefined) {
    const { pixels, inverted } = await readPictureFor(opened, name);
    return { name, images: inRange(pixels, range), label: undefined, inverted };
  }
  if (!data) {
    throw new HeddleError({
      who: name,
      expected: "a dataset to take the image from",
      received: "a model without a run",
      next: "Set `data` to the dataset's folder.",
    });
  }
  const set = data[split];
  const index = Number(OF_DATASET.exec(name)![2]);
  if (index >= set.count) {
    throw new HeddleError({
      who: name,
      expected: `an image of ${data.title} from ${split}:0 to ${split}:${set.count - 1}`,
      received: String(index),
      next: "Choose a smaller number.",
    });
  }
  const { images } = await set.at([index]);
  return { name, images, label: set.labels[index], inverted: false };
}
