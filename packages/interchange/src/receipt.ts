import { HeddleError } from "@heddle/core";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { ChangedAnswers } from "@heddle/core/internal/standalone/index.js";

/** What a model answered when it was exported. */
export interface ExportReceipt {
  /** Of Heddle. */
  readonly version: string;
  /** SHA-256 of the model's weights, as runs record it. */
  readonly weightsSha256: string;
  /** SHA-256 of the bytes in the file that hold the weights. */
  readonly storedSha256: string;
  /** The shape of one sample: height, width, channels of an image. */
  readonly inputShape: Shape;
  /** The values of the darkest and the lightest pixel of a sample. */
  readonly range: readonly [number, number];
  /** The numbers of the drawn samples. */
  readonly samples: readonly number[];
  /** What Heddle computed for each sample. */
  readonly answers: readonly (readonly number[])[];
  /** By how much an answer may differ. */
  readonly tolerance: number;
  /** Of how many test images rounded weights change the answer, if that was measured. */
  readonly changed?: ChangedAnswers;
}

/** A receipt in a file, and what its weights are now. */
export interface FoundReceipt {
  readonly receipt: ExportReceipt;
  /** SHA-256 of the bytes that hold the weights. */
  readonly storedSha256: string;
  /** The model's JSON, where the files hold weights alone and say whose they are. */
  readonly model?: JsonObject;
}

/** The key of the receipt, next to class names and pictures. */
export const RECEIPT_KEY = "receipt";

/**
 * The receipt in what a file says about its model.
 *
 * @param about class names, how pictures become inputs, and the receipt
 * @param weights the bytes in the file that hold the weights
 * @returns undefined without a receipt
 * @throws HeddleError when the receipt is damaged
 */
export async function receiptIn(
  who: string,
  about: unknown,
  weights: Uint8Array,
): Promise<FoundReceipt | undefined> {
  const json = isJsonObject(about) ? about[RECEIPT_KEY] : undefined;
  if (json === undefined) return undefined;
  if (!isReceipt(json)) {
    throw new HeddleError({
      who,
      expected: "a receipt as heddle export writes it",
      received: JSON.stringify(json).slice(0, 60),
      next: "The file is damaged: export the model again.",
    });
  }
  return { receipt: json as unknown as ExportReceipt, storedSha256: await sha256(weights) };
}

/**
 * Refuses a file whose weights are not those that were exported.
 *
 * @throws HeddleError when they are others
 */
export function checkReceipt(who: string, found: FoundReceipt | undefined): void {
  if (!found || found.storedSha256 === found.receipt.storedSha256) return;
  throw new HeddleError({
    who,
    expected: `the weights that were exported, ${found.receipt.storedSha256.slice(0, 12)}…`,
    received: `others, ${found.storedSha256.slice(0, 12)}…`,
    next: "The file is damaged or was changed: export the model again, or open it with the program that changed it and save it there.",
  });
}

/** The most samples that are drawn for a receipt. */
const MOST_SAMPLES = 1024;

function isReceipt(json: Json): json is JsonObject {
  if (!isJsonObject(json)) return false;
  const { inputShape, range, samples, answers, tolerance, storedSha256, weightsSha256, version } = json;
  const [first] = Array.isArray(answers) ? (answers as readonly Json[]) : [];
  return (
    [storedSha256, weightsSha256, version].every((text) => typeof text === "string") &&
    isNumbers(inputShape) &&
    inputShape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    isNumbers(range) &&
    range.length === 2 &&
    isNumbers(samples) &&
    samples.length <= MOST_SAMPLES &&
    samples.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    Array.isArray(answers) &&
    answers.length === samples.length &&
    answers.every((row) => isNumbers(row) && row.length === (first as readonly number[]).length) &&
    typeof tolerance === "number"
  );
}

function isNumbers(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === "number");
}
