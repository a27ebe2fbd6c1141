// The script of a standalone page. tools/bundle-sources.mjs makes one text of it, which imports nothing.
import { type Classifier, classifier } from "../runtime/classifier.js";
import type { StandaloneModel } from "../stored.js";
import { DrawingPad } from "./drawing-pad.js";
import { element } from "./element.js";
import { Results } from "./results.js";
import { takePictures } from "./sources.js";

/** Makes the page work. */
export function start(model: StandaloneModel, weights: Uint8Array<ArrayBuffer>): void {
  const own = classifier(model, weights);
  const results = new Results(model.shape);
  const show = (image: ImageData) => results.show(own.classifyImageData(image), own.input(image));
  takePictures(new DrawingPad(show, () => results.clear()));
  check(own, model);
}

/** Says in the footer whether the model answers as it did when it was exported. */
function check(own: Classifier, { receipt }: StandaloneModel): void {
  const { passed, largestDifference, tolerance, reason } = own.selfTest();
  const checked = element("check");
  Object.assign(checked.dataset, { passed, largestDifference, tolerance, reason: reason ?? "" });
  checked.textContent = passed
    ? `Checked: ${receipt.samples.length} answers are those of Heddle ${receipt.version}, to ${largestDifference.toPrecision(1)}.`
    : `This file does not answer as it should: ${reason} (largest difference ${largestDifference.toPrecision(2)}, allowed ${tolerance}). Do not use it.`;
}
