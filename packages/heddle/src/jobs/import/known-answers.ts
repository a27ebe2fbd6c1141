import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { formatShape, type Shape, sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { type NpyArray, readNpy } from "@heddle/core/internal/formats/npy.js";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import type { Model } from "@heddle/core/internal/model/model.js";

/** By how much answers may differ, of the largest of them: programs sum in another order. */
const TOLERANCE = 1e-4;

/** What arrays of inputs and outputs are called. */
const INPUTS = ["inputs", "input", "x"];
const OUTPUTS = ["outputs", "output", "predictions", "y"];

/** How near an imported model comes to the answers of the program that it is from. */
export interface AnswersCheck {
  readonly samples: number;
  readonly largestDifference: number;
  readonly tolerance: number;
}

/**
 * Compares a model's answers with those that another program gave.
 *
 * @param path an npz archive with the arrays `inputs` and `outputs`, samples first; images may have the channels first
 * @throws HeddleError when it is none, does not fit the model, or the answers differ
 */
export async function checkAnswers(model: Model, path: string): Promise<AnswersCheck> {
  const arrays = await arraysOf(path);
  const inputs = arrayNamed(path, arrays, INPUTS);
  const outputs = arrayNamed(path, arrays, OUTPUTS);
  const samples = samplesOf(path, inputs, model.inputShape);
  const expected = Float32Array.from(outputs.data as ArrayLike<number>);
  if (expected.length !== samples.count * sizeOf(model.outputShape)) {
    throw fault(
      path,
      `outputs [${samples.count}, ${model.outputShape.join(", ")}]`,
      formatShape(outputs.shape),
      "Save what the model predicts for these inputs.",
    );
  }
  const own = await model.predict(samples);
  let [largestDifference, place] = [0, 0];
  for (const [at, value] of expected.entries()) {
    const difference = Math.abs(own[at]! - value);
    // Written so that NaN counts.
    if (difference <= largestDifference) continue;
    [largestDifference, place] = [difference, at];
  }
  const tolerance = TOLERANCE * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  if (largestDifference <= tolerance) return { samples: samples.count, largestDifference, tolerance };
  const sample = Math.floor(place / sizeOf(model.outputShape));
  throw fault(
    path,
    `answers that differ by at most ${tolerance.toPrecision(2)}`,
    `a difference of ${largestDifference.toPrecision(2)}, in sample ${sample}: ${own[place]} and not ${expected[place]}`,
    "Weights may lie in another order, or the inputs be in another range or layout than the model takes.",
  );
}

async function arraysOf(path: string): Promise<ReadonlyMap<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>();
  for (const entry of zipFiles(await readFileBytes(path), path)) {
    if (!entry.name.endsWith(".npy")) continue;
    arrays.set(entry.name.slice(0, -".npy".length), readNpy(await entry.read(), `${path}, ${entry.name}`));
  }
  return arrays;
}

function arrayNamed(path: string, arrays: ReadonlyMap<string, NpyArray>, names: readonly string[]): NpyArray {
  const array = names.map((name) => arrays.get(name)).find((one) => one !== undefined);
  if (array && array.elements !== "text") return array;
  throw fault(
    path,
    `an array of numbers named ${names.join(" or ")}`,
    [...arrays.keys()].join(", ") || "no arrays",
    "Write it with numpy.savez(path, inputs=x, outputs=y).",
  );
}

/** Inputs as `predict` takes them; images with the channels first are laid out anew. */
function samplesOf(path: string, { shape, data }: NpyArray, inputShape: Shape) {
  const [count = 0, ...own] = shape;
  const images = Float32Array.from(data as ArrayLike<number>);
  if (sameShape(own, inputShape)) return { images, count, shape: inputShape };
  const [H = 1, W = 1, C = 1] = inputShape;
  if (inputShape.length === 3 && sameShape(own, [C, H, W])) {
    const turned = new Float32Array(images.length);
    const pixels = H * W;
    for (let sample = 0; sample < count; sample++) {
      for (let channel = 0; channel < C; channel++) {
        const from = (sample * C + channel) * pixels;
        for (let pixel = 0; pixel < pixels; pixel++) {
          turned[(sample * pixels + pixel) * C + channel] = images[from + pixel]!;
        }
      }
    }
    return { images: turned, count, shape: inputShape };
  }
  throw fault(
    path,
    `inputs [samples, ${inputShape.join(", ")}]${inputShape.length === 3 ? " or with the channels first" : ""}`,
    formatShape(shape),
    "Save inputs of the model.",
  );
}

function fault(who: string, expected: string, received: string, next: string): HeddleError {
  return new HeddleError({ who, expected, received, next });
}
