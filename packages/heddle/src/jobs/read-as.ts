import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import { declaredShapeOf } from "@heddle/core/internal/network/described-model.js";
import { imageShapeOf } from "@heddle/core/internal/network/image-input.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";

/**
 * How data is read to fit a model's input, where nobody says otherwise: pictures in its size, images with its channels, and
 * rows that are no squares in its shape.
 */
export function readAsFor(input: Shape): FormOptions {
  const image = imageShapeOf(input);
  if (!image) return {};
  const [height, width, channels] = image;
  return { size: [height, width], ...channelsAs(channels), ...rowShape(input) };
}

/** The shape of rows of pixels for a model whose images are no squares; nothing for `[560]`, which does not tell it. */
export function rowShape(input: Shape): FormOptions {
  const image = imageShapeOf(input);
  return image && image[0] !== image[1] ? { shape: image } : {};
}

/**
 * The same for the model of settings: nothing for the study's, which takes images of any size, as does one whose JSON leaves
 * the size open.
 *
 * @param who the model's name, for errors
 * @throws HeddleError when it is no model in Keras's JSON
 */
export function readAsForModelOf({ model }: Pick<ResolvedSettings, "model">, who: string): FormOptions {
  if (model === "study") return {};
  const shape = declaredShapeOf(who, model);
  if (shape.every((size) => size !== null)) return readAsFor(shape);
  return shape.length === 3 ? channelsAs(shape[2]!) : {};
}

function channelsAs(channels: number | null): FormOptions {
  return channels === 1 || channels === 3 ? { channels } : {};
}
