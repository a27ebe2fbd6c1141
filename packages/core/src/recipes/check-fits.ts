import { HeddleError } from "../base/errors.js";
import { sizeOf, takesShape } from "../base/shape.js";
import type { Dataset, ImageSet } from "../data/dataset.js";
import type { Model } from "../model/model.js";

/** @throws HeddleError when a dataset has a single class, because a network for it has nothing to learn */
export function checkSeveralClasses({ title, classNames }: Pick<Dataset, "title" | "classNames">): void {
  if (classNames.length > 1) return;
  throw new HeddleError({
    who: title,
    expected: "images of at least two classes, because a network that knows one has nothing to learn",
    received: `only images of the class ${classNames[0]}`,
    next: "Add images of another class, or set `data` to a different dataset.",
  });
}

/** @throws HeddleError when a model takes images of a different size than a dataset's, or has too few classes */
export function checkFits(
  model: Model,
  dataset: Pick<Dataset<Pick<ImageSet, "shape">>, "title" | "train" | "classNames">,
): void {
  const { title, train, classNames } = dataset;
  if (!takesShape(model.inputShape, train.shape)) {
    throw new HeddleError({
      who: `Model "${model.name}"`,
      expected: `images of ${model.inputShape.join("×")}, as its input layer says`,
      received: `those of ${title}, which are ${train.shape.join("×")}`,
      next: "Change the input layer, or set `data` to a different dataset.",
    });
  }
  const units = sizeOf(model.outputShape);
  // One output tells two classes apart.
  const classes = units === 1 ? 2 : units;
  if (classes < classNames.length) {
    throw new HeddleError({
      who: `Model "${model.name}"`,
      expected: `at most ${classes} classes, because its last layer has ${units} ${units === 1 ? "unit" : "units"}`,
      received: `${title}, which has ${classNames.length}`,
      next: `Give the last layer ${classNames.length} units.`,
    });
  }
}
