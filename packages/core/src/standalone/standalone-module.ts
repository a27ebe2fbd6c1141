import { toBase64 } from "../base/base64.js";
import { groupDigits } from "../base/format.js";
import { VERSION } from "../base/version.js";
import type { Model } from "../model/model.js";
import { classNamesOf, classProbabilities } from "../network/class-probabilities.js";
import { imageInputOf } from "../network/image-input.js";
import { outputForm } from "../network/trace-emission.js";
import { inRange } from "../pictures/in-range.js";
import { checkChannels } from "../pictures/picture-input.js";
import { encodeWeights, type WeightPrecision } from "./encode-weights.js";
import { modelSteps } from "./model-steps.js";
import { classifier } from "./runtime/classifier.js";
import { sampleInput } from "./runtime/sample-inputs.js";
import { sha256 } from "./runtime/sha256.js";
import { runtimeSource } from "./runtime-source.js";
import type { StandaloneModel } from "./stored.js";

export interface StandaloneOptions {
  /**
   * How exactly the weights are kept: `"f32"` as they are, `"f16"` in half of the bytes, `"int8"` in a quarter.
   *
   * @defaultValue `"f16"`
   */
  readonly weights?: WeightPrecision;
}

/** How many drawn samples a receipt has, and among how many they are chosen. */
const SAMPLES = 32;
const DRAWN = 256;
/** By how much probabilities differ that are computed in 64 bits instead of 32, and how much more is allowed. */
const ROUNDING = 1e-5;
const MARGIN = 1.5;

/** A standalone model's data and the bytes of its weights. */
export interface Standalone {
  readonly model: StandaloneModel;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * A model as plain data for a standalone file, with a receipt: what it answers for 32 drawn samples.
 *
 * @throws HeddleError when the model does not classify pictures, or a layer does what no standalone model does
 */
export async function standaloneOf(model: Model, options: StandaloneOptions = {}): Promise<Standalone> {
  const shape = imageInputOf(model);
  const [height, width, channels] = shape;
  checkChannels(`Model "${model.name}"`, { height, width, channels });
  const { steps, tensors } = modelSteps(model);
  const { tensors: stored, bytes } = encodeWeights(tensors, options.weights ?? "f16");
  const range = model.pictures?.range ?? ([0, 255] as const);
  const { samples, answers } = await chosenSamples(model, shape, range);
  const without = {
    name: model.name,
    shape,
    classes: classNamesOf(model),
    pictures: { range, invertLight: model.pictures?.invertLight ?? false },
    outputs: outputForm(model),
    steps,
    tensors: stored,
  };
  const receipt = {
    version: VERSION,
    sha256: sha256(bytes),
    samples,
    answers,
    tolerance: Number.POSITIVE_INFINITY,
  };
  const { largestDifference } = classifier({ ...without, receipt }, bytes).selfTest();
  const tolerance = Number((ROUNDING + MARGIN * largestDifference).toPrecision(2));
  return { model: { ...without, receipt: { ...receipt, tolerance } }, weights: bytes };
}

/** Drawn samples of as many classes as the model sees in them, and the probabilities of each. */
async function chosenSamples(
  model: Model,
  shape: readonly [number, number, number],
  range: readonly [number, number],
) {
  const size = shape[0] * shape[1] * shape[2];
  const images = new Float32Array(DRAWN * size);
  for (let number = 0; number < DRAWN; number++)
    images.set(inRange(sampleInput(number, shape), range), number * size);
  const all = classProbabilities(model, await model.predict({ images, count: DRAWN, shape }));
  const classes = all.length / DRAWN;
  const answersOf = (number: number) => [...all.subarray(number * classes, (number + 1) * classes)];
  const byClass = new Map<number, number[]>();
  for (let number = 0; number < DRAWN; number++) {
    const answers = answersOf(number);
    const likeliest = answers.indexOf(Math.max(...answers));
    byClass.set(likeliest, [...(byClass.get(likeliest) ?? []), number]);
  }
  const samples: number[] = [];
  for (let turn = 0; samples.length < SAMPLES; turn++) {
    for (const numbers of byClass.values()) {
      if (turn < numbers.length && samples.length < SAMPLES) samples.push(numbers[turn]!);
    }
  }
  samples.sort((a, b) => a - b);
  // More digits than the tolerance tells apart would only be longer.
  const answers = samples.map((number) => answersOf(number).map((value) => Number(value.toFixed(6))));
  return { samples, answers };
}

/** The text of a module that imports nothing, and its declarations. */
export function standaloneModule({ model, weights }: Standalone): {
  readonly mjs: string;
  readonly dts: string;
} {
  const { name, shape, classes, receipt } = model;
  const parameters = model.tensors.reduce((sum, { length }) => sum + length, 0);
  const about = `${oneLine(name)}: ${groupDigits(parameters)} weights; input ${shape.join("×")}, ${classes.length} classes`;
  const mjs = `// ${about}. Written by Heddle ${receipt.version}; imports nothing.
${runtimeSource}
const own = runtime.classifier(
${JSON.stringify(model)},
runtime.fromBase64("${toBase64(weights)}"));
export const { classes, classify, classifyImageData, selfTest } = own;
`;
  const values = shape.join(" × ");
  const dts = `// ${about}. Written by Heddle ${receipt.version}.

/** A class and how likely it is. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/** The names of the classes, in the order of the model's outputs. */
export declare const classes: readonly string[];

/**
 * The classes of an image, likeliest first.
 *
 * @param pixels ${values} values, row by row, in the range of the training images: ${model.pictures.range.join(" to ")}
 */
export declare function classify(pixels: ArrayLike<number>): readonly ClassProbability[];

/** The classes of a picture of any size, brought to the model's input as Heddle does; likeliest first. */
export declare function classifyImageData(image: {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}): readonly ClassProbability[];

/** Compares ${receipt.samples.length} answers with those that Heddle gave when it wrote this file, and checks the weights. */
export declare function selfTest(): {
  readonly passed: boolean;
  readonly largestDifference: number;
  readonly tolerance: number;
  readonly reason?: string;
};
`;
  return { mjs, dts };
}

/** A name that cannot end a comment's line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}
