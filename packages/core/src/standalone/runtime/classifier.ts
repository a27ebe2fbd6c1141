import { inRange } from "../../pictures/in-range.js";
import { pictureInput } from "../../pictures/picture-input.js";
import type { RawPicture } from "../../pictures/raw-picture.js";
import type { ModelFacts, StandaloneModel } from "../stored.js";
import { decodeWeights } from "./decode-weights.js";
import { imagesFrom } from "./images-from.js";
import { network } from "./network.js";
import { sampleInput } from "./sample-inputs.js";
import { sha256 } from "./sha256.js";

/** A class and how likely it is. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/** What a self-test found. */
export interface SelfTest {
  readonly passed: boolean;
  /** The largest difference of a probability from Heddle's. */
  readonly largestDifference: number;
  readonly tolerance: number;
  /** What is wrong, if something is. */
  readonly reason?: string;
}

/** A standalone model, ready to classify. */
export interface Classifier {
  readonly classes: readonly string[];
  classify(pixels: ArrayLike<number>): readonly ClassProbability[];
  classifyBatch(pixels: ArrayLike<number>): readonly (readonly ClassProbability[])[];
  classifyImageData(image: RawPicture): readonly ClassProbability[];
  /** A picture as the model sees it: `[H, W, C]`, 0..255. */
  input(image: RawPicture): Uint8Array;
  selfTest(): SelfTest;
}

/** Computes the outputs for so many images, one after the other; they are valid until the next call. */
export type Outputs = (images: ArrayLike<number>, count: number) => Float32Array | Float64Array;

/** A classifier from what its file holds, by plain loops. */
export function classifier(model: StandaloneModel, bytes: Uint8Array<ArrayBuffer>): Classifier {
  const [height, width, channels] = model.shape;
  const inputs = height * width * channels;
  const run = network(model.steps, decodeWeights(model.tensors, bytes), inputs);
  return classifierOf(model, bytes, (images, count) => {
    if (count === 1) return run(images);
    const all = Array.from({ length: count }, (_, at) =>
      run(imagesFrom(images, at * inputs, (at + 1) * inputs)).slice(),
    );
    const outputs = new Float64Array(count * all[0]!.length);
    for (const [at, own] of all.entries()) outputs.set(own, at * own.length);
    return outputs;
  });
}

/** A classifier of outputs that somebody computes. */
export function classifierOf(
  model: ModelFacts,
  bytes: Uint8Array<ArrayBuffer>,
  outputsOf: Outputs,
): Classifier {
  const { classes, shape, pictures, receipt } = model;
  const [height, width, channels] = shape;
  const inputs = height * width * channels;

  const probabilities = (images: ArrayLike<number>, count: number): readonly (readonly number[])[] => {
    const outputs = outputsOf(images, count);
    const size = outputs.length / count;
    return Array.from({ length: count }, (_, at) =>
      probabilitiesOf(model, outputs.subarray(at * size, (at + 1) * size)),
    );
  };
  const answers = (images: ArrayLike<number>, count: number) =>
    probabilities(images, count).map((values) =>
      classes
        .map((label, index) => ({ label, probability: values[index]! }))
        .sort((a, b) => b.probability - a.probability),
    );
  const check = (name: string, pixels: ArrayLike<number>, isRight: boolean, many: string) => {
    if (isRight) return;
    throw new Error(
      `${name}: expected ${many}${inputs} values, ${height}×${width}×${channels}, received ${pixels?.length ?? typeof pixels}`,
    );
  };

  const classify = (pixels: ArrayLike<number>) => {
    check("classify", pixels, pixels?.length === inputs, "");
    return answers(pixels, 1)[0]!;
  };

  const input = (image: RawPicture) =>
    pictureInput(image, { height, width, channels }, { invert: pictures.invertLight }).pixels;

  return {
    classes,
    classify,
    classifyBatch: (pixels) => {
      const count = pixels?.length / inputs;
      check("classifyBatch", pixels, count > 0 && Number.isInteger(count), "images of ");
      return answers(pixels, count);
    },
    input,
    classifyImageData: (image) => classify(inRange(input(image), pictures.range)),
    selfTest: () => {
      let largestDifference = 0;
      receipt.samples.forEach((number, index) => {
        const [values] = probabilities(inRange(sampleInput(number, shape), pictures.range), 1);
        receipt.answers[index]!.forEach((answer, at) => {
          const difference = Math.abs(values![at]! - answer);
          // Written so that NaN counts.
          if (!(difference <= largestDifference)) largestDifference = difference;
        });
      });
      const { tolerance } = receipt;
      const result = { largestDifference, tolerance };
      if (sha256(bytes) !== receipt.sha256)
        return { ...result, passed: false, reason: "the weights are not those that were exported" };
      if (!(largestDifference <= tolerance))
        return { ...result, passed: false, reason: "the answers are not Heddle's" };
      return { ...result, passed: true };
    },
  };
}

/** A model's outputs as probabilities of its classes. */
function probabilitiesOf({ outputs }: ModelFacts, values: Float32Array | Float64Array): readonly number[] {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  if (values.length === 1) {
    const yes = outputs === "logits" ? sigmoid(values[0]!) : values[0]!;
    return [1 - yes, yes];
  }
  if (outputs !== "logits") return [...values];
  const largest = Math.max(...values);
  const powers = [...values].map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
