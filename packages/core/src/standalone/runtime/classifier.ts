import { inRange } from "../../pictures/in-range.js";
import { pictureInput } from "../../pictures/picture-input.js";
import type { RawPicture } from "../../pictures/raw-picture.js";
import type { StandaloneModel } from "../stored.js";
import { decodeWeights } from "./decode-weights.js";
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
  classifyImageData(image: RawPicture): readonly ClassProbability[];
  /** A picture as the model sees it: `[H, W, C]`, 0..255. */
  input(image: RawPicture): Uint8Array;
  selfTest(): SelfTest;
}

/** A classifier from what its file holds. */
export function classifier(model: StandaloneModel, bytes: Uint8Array<ArrayBuffer>): Classifier {
  const { classes, shape, pictures, receipt } = model;
  const [height, width, channels] = shape;
  const inputs = height * width * channels;
  const run = network(model.steps, decodeWeights(model.tensors, bytes), inputs);
  const probabilities = (input: ArrayLike<number>) => probabilitiesOf(model, run(input));

  const classify = (pixels: ArrayLike<number>): readonly ClassProbability[] => {
    if (pixels?.length !== inputs) {
      throw new Error(
        `classify: expected ${inputs} values, ${height}×${width}×${channels}, received ${pixels?.length ?? typeof pixels}`,
      );
    }
    const values = probabilities(pixels);
    return classes
      .map((label, index) => ({ label, probability: values[index]! }))
      .sort((a, b) => b.probability - a.probability);
  };

  const input = (image: RawPicture) =>
    pictureInput(image, { height, width, channels }, { invert: pictures.invertLight }).pixels;

  return {
    classes,
    classify,
    input,
    classifyImageData: (image) => classify(inRange(input(image), pictures.range)),
    selfTest: () => {
      let largestDifference = 0;
      receipt.samples.forEach((number, index) => {
        const values = probabilities(inRange(sampleInput(number, shape), pictures.range));
        receipt.answers[index]!.forEach((answer, at) => {
          const difference = Math.abs(values[at]! - answer);
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
function probabilitiesOf({ outputs }: StandaloneModel, values: Float64Array): readonly number[] {
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
