import { VERSION } from "../base/version.js";
import type { Model } from "../model/model.js";
import { classNamesOf, classProbabilities } from "../network/class-probabilities.js";
import { imageInputOf } from "../network/image-input.js";
import { outputForm } from "../network/trace-emission.js";
import { inRange } from "../pictures/in-range.js";
import { checkChannels } from "../pictures/picture-input.js";
import { encodeWeights, type WeightPrecision } from "./encode-weights.js";
import { kernelProgram } from "./kernel-program.js";
import { modelSteps } from "./model-steps.js";
import { neededKernels } from "./needed-kernels.js";
import { type Classifier, classifier } from "./runtime/classifier.js";
import { sampleInput } from "./runtime/sample-inputs.js";
import { sha256 } from "./runtime/sha256.js";
import { kernelClassifier } from "./runtime/with-kernels.js";
import type { KernelModel, StandaloneModel } from "./stored.js";

export interface StandaloneOptions {
  /**
   * How exactly the weights are kept: `"f32"` as they are, `"f16"` in half of the bytes, `"int8"` in a quarter.
   *
   * @defaultValue `"f16"`
   */
  readonly weights?: WeightPrecision;
  /**
   * Whether WebAssembly computes, by the kernels that Heddle itself would call, in place of plain loops.
   *
   * @defaultValue `false`
   */
  readonly wasm?: boolean;
}

/** How many drawn samples a receipt has, and among how many they are chosen. */
const SAMPLES = 32;
const DRAWN = 256;
/** By how much probabilities differ that are computed in 64 bits instead of 32, and how much more is allowed. */
const ROUNDING = 1e-5;
const MARGIN = 1.5;

/** A standalone model's data and the bytes of its weights. */
export interface Standalone {
  readonly model: StandaloneModel | KernelModel;
  readonly weights: Uint8Array<ArrayBuffer>;
  /** A module of the kernels that it calls; undefined where plain loops compute. */
  readonly kernels?: Uint8Array<ArrayBuffer> | undefined;
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
  const { own, tensors, kernels } = options.wasm ? await withKernels(model) : plain(model);
  const { tensors: stored, bytes } = encodeWeights(tensors, options.weights ?? "f16");
  const range = model.pictures?.range ?? ([0, 255] as const);
  const { samples, answers } = await chosenSamples(model, shape, range);
  const receipt = {
    version: VERSION,
    sha256: sha256(bytes),
    samples,
    answers,
    tolerance: Number.POSITIVE_INFINITY,
  };
  const unchecked = {
    name: model.name,
    shape,
    classes: classNamesOf(model),
    pictures: { range, invertLight: model.pictures?.invertLight ?? false },
    outputs: outputForm(model),
    ...own,
    tensors: stored,
    receipt,
  };
  const written = standaloneClassifier({ model: unchecked, weights: bytes, kernels });
  const { largestDifference } = written.selfTest();
  const tolerance = Number((ROUNDING + MARGIN * largestDifference).toPrecision(2));
  return { model: { ...unchecked, receipt: { ...receipt, tolerance } }, weights: bytes, kernels };
}

function plain(model: Model) {
  const { steps, tensors } = modelSteps(model);
  return { own: { steps }, tensors, kernels: undefined };
}

async function withKernels(model: Model) {
  const { program, tensors, kernels } = kernelProgram(model);
  return { own: { program }, tensors, kernels: await neededKernels(kernels) };
}

/** What a standalone file computes with. */
export function standaloneClassifier({ model, weights, kernels }: Standalone): Classifier {
  return "program" in model ? kernelClassifier(model, kernels!, weights) : classifier(model, weights);
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
