import type { JsonObject, Model, WeightValues } from "@heddle/core";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { VERSION } from "@heddle/core/internal/base/version.js";
import { FACTS_KEY, factsJson } from "@heddle/core/internal/network/model-facts.js";
import {
  type ChangedAnswers,
  countedIn,
  type ImageSource,
  likeliestOf,
} from "@heddle/core/internal/standalone/index.js";
import { type Changes, checkChanged } from "../changes.js";
import { type ExportReceipt, RECEIPT_KEY } from "../receipt.js";
import { receiptInputs } from "./samples.js";

/** How many samples a receipt has. */
const SAMPLES = 32;
/** By how much answers may differ, of the largest of them: runtimes sum in another order. */
const ROUNDING = 1e-5;
/** How much more is allowed than what rounded weights were seen to change. */
const MARGIN = 1.5;
/** What samples range over: images, and others. */
const PIXELS = [0, 255] as const;
const NUMBERS = [-1, 1] as const;
/** More digits than the tolerance tells apart would only be longer. */
const DIGITS = 8;

/**
 * What a file says about its model: class names, how pictures become inputs, and a receipt of what it answers.
 *
 * @param stored the bytes in the file that hold the weights
 */
export async function aboutModel(model: Model, stored: Uint8Array, rounding: Rounding): Promise<JsonObject> {
  const receipt = await makeReceipt(model, stored, rounding);
  return { ...factsOf(model), [RECEIPT_KEY]: receipt as unknown as JsonObject };
}

/** How weights are rounded. */
interface Rounding {
  /** The weights as the file has them, if it has fewer bits. */
  readonly rounded?: readonly WeightValues[] | undefined;
  readonly changes: Changes | undefined;
  /** The name of their precision. */
  readonly kept: string;
}

/** Class names and how pictures become inputs, as a model's JSON has them. */
export function factsOf(model: Model): JsonObject {
  return (factsJson(model)[FACTS_KEY] ?? {}) as JsonObject;
}

async function makeReceipt(
  model: Model,
  stored: Uint8Array,
  { rounded, changes, kept }: Rounding,
): Promise<ExportReceipt> {
  const { inputShape } = model;
  const asked = {
    inputShape,
    range: model.pictures?.range ?? (inputShape.length === 3 ? PIXELS : NUMBERS),
    samples: Array.from({ length: SAMPLES }, (_, number) => number),
  };
  const samples = { images: receiptInputs(asked), count: SAMPLES, shape: inputShape };
  const outputs = await model.predict(samples);
  const largest = outputs.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const changed = rounded && changes && (await countChanged(model, rounded, changes.images));
  if (changed) checkChanged(`Model "${model.name}"`, kept, changed, changes);
  const lost = rounded ? difference(outputs, await withWeights(model, rounded, samples)) : 0;
  const size = sizeOf(model.outputShape);
  return {
    version: VERSION,
    weightsSha256: await model.weightsSha256(),
    storedSha256: await sha256(stored),
    ...asked,
    answers: asked.samples.map((_, place) =>
      [...outputs.subarray(place * size, (place + 1) * size)].map((value) =>
        Number(value.toPrecision(DIGITS)),
      ),
    ),
    tolerance: Number((ROUNDING * largest + MARGIN * lost).toPrecision(2)),
    ...(changed && { changed }),
  };
}

/** What a model answers with other weights; it keeps its own. */
async function withWeights(
  model: Model,
  weights: readonly WeightValues[],
  samples: Parameters<Model["predict"]>[0],
): Promise<Float32Array> {
  const before = model.getWeights();
  model.setWeights(weights);
  try {
    return await model.predict(samples);
  } finally {
    model.setWeights(before);
  }
}

/** Counts for how many images other weights give another class. */
function countChanged(
  model: Model,
  weights: readonly WeightValues[],
  images: ImageSource,
): Promise<ChangedAnswers> {
  return countedIn(model, images, async (chunk, likeliest) => {
    const others = likeliestOf(model, await withWeights(model, weights, chunk));
    return likeliest.filter((one, place) => one !== others[place]).length;
  });
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, place) => Math.max(most, Math.abs(value - b[place]!)), 0);
}
