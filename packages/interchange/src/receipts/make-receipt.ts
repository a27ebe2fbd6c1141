import type { JsonObject, Model, WeightValues } from "@heddle/core";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { VERSION } from "@heddle/core/internal/base/version.js";
import { FACTS_KEY, factsJson } from "@heddle/core/internal/network/model-facts.js";
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
 * @param rounded the weights as the file has them, if it has fewer bits
 */
export async function aboutModel(
  model: Model,
  stored: Uint8Array,
  rounded?: readonly WeightValues[],
): Promise<JsonObject> {
  const receipt = await makeReceipt(model, stored, rounded);
  return { ...factsOf(model), [RECEIPT_KEY]: receipt as unknown as JsonObject };
}

/** Class names and how pictures become inputs, as a model's JSON has them. */
export function factsOf(model: Model): JsonObject {
  return (factsJson(model)[FACTS_KEY] ?? {}) as JsonObject;
}

async function makeReceipt(
  model: Model,
  stored: Uint8Array,
  rounded: readonly WeightValues[] | undefined,
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

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, place) => Math.max(most, Math.abs(value - b[place]!)), 0);
}
