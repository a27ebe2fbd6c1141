import { HeddleError } from "../base/errors.js";
import { checkPlainJson, isJsonObject, type JsonObject, parseJsonText } from "../base/json.js";
import { sha256 } from "../base/sha256.js";
import {
  type NamedTensor,
  readSafetensors,
  safetensorsMetadata,
  writeSafetensors,
} from "../formats/safetensors.js";
import type { CallbackMemory, EpochUnderWay, TrainingState } from "./callback.js";

/** Increased whenever older versions would misread the file. */
const CHECKPOINT_VERSION = 1;

/** Placeholder in the header: the checksum of all bytes, these zeros included, replaces it. */
const NO_CHECKSUM = "0".repeat(64);

/** What a checkpoint file holds. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Texts of the writer's own, such as a name for the training. */
  readonly notes: Readonly<Record<string, string>>;
}

/**
 * A training's state as one safetensors file: the arrays of weights, optimizer and callbacks as tensors; the numbers and
 * a checksum of every byte in its metadata.
 */
export async function checkpointFile({ state, notes }: Checkpoint): Promise<Uint8Array> {
  const { weights, slots, memories, ...numbers } = state;
  const tensors = [
    ...named(WEIGHT, weights),
    ...named(SLOT, slots),
    ...memories.flatMap(({ arrays }, index) => named(memoryName(index), arrays)),
  ];
  const training = {
    version: CHECKPOINT_VERSION,
    ...numbers,
    underWay: numbers.underWay && { ...numbers.underWay, sums: asTexts(numbers.underWay.sums) },
    weights: weights.length,
    slots: slots.length,
    memories: memories.map((memory) => ({
      numbers: asTexts(memory.numbers),
      arrays: memory.arrays.length,
    })),
  };
  const metadata = {
    checksum: NO_CHECKSUM,
    training: JSON.stringify(training),
    notes: JSON.stringify(notes),
  };
  const bytes = writeSafetensors(tensors, metadata);
  bytes.set(new TextEncoder().encode(await sha256(bytes)), checksumAt(bytes)!);
  return bytes;
}

/**
 * Reads what {@link checkpointFile} wrote.
 *
 * @param who the file, for errors
 * @throws HeddleError that names the file when it is damaged or not a checkpoint
 */
export async function readCheckpoint(who: string, bytes: Uint8Array): Promise<Checkpoint> {
  await checkChecksum(who, bytes);
  const tensors = readSafetensors(who, bytes);
  const metadata = safetensorsMetadata(bytes);
  const training = parseObject(metadata["training"]);
  const notes = parseObject(metadata["notes"]);
  if (training?.["version"] !== CHECKPOINT_VERSION || !notes) {
    throw fault(
      who,
      `a checkpoint of format ${CHECKPOINT_VERSION}`,
      `format ${JSON.stringify(training?.["version"])}`,
    );
  }
  const take = (prefix: string, arrays: unknown): Float32Array[] =>
    Array.from({ length: Math.min(tensors.size, count(who, prefix, arrays)) }, (_, index) => {
      const tensor = tensors.get(`${prefix}${index}`);
      if (!tensor) throw fault(who, `a tensor ${prefix}${index}`, "none");
      return tensor.values;
    });
  const list = Array.isArray(training["memories"]) ? training["memories"] : [];
  return {
    state: {
      epoch: count(who, "epoch", training["epoch"]),
      epochs: count(who, "epochs", training["epochs"]),
      steps: count(who, "steps", training["steps"]),
      underWay: underWayIn(who, training["underWay"]),
      stopped: training["stopped"] === true,
      learningRate:
        training["learningRate"] === undefined
          ? undefined
          : amount(who, "learningRate", training["learningRate"]),
      weights: take(WEIGHT, training["weights"]),
      slots: take(SLOT, training["slots"]),
      memories: list.map((memory: unknown, index): CallbackMemory => {
        const { numbers, arrays } = isJsonObject(memory) ? memory : {};
        return { numbers: asNumbers(numbers), arrays: take(memoryName(index), arrays) };
      }),
    },
    notes: Object.fromEntries(Object.entries(notes).map(([name, text]) => [name, String(text)])),
  };
}

const WEIGHT = "weight/";
const SLOT = "slot/";
const memoryName = (index: number) => `callback/${index}/`;

function named(prefix: string, arrays: readonly Float32Array[]): NamedTensor[] {
  return arrays.map((values, index) => ({ name: `${prefix}${index}`, shape: [values.length], values }));
}

async function checkChecksum(who: string, bytes: Uint8Array): Promise<void> {
  const at = checksumAt(bytes);
  if (at === undefined)
    throw fault(who, "a checkpoint of a training", `${bytes.length} bytes of something else`);
  const recorded = new TextDecoder().decode(bytes.subarray(at, at + NO_CHECKSUM.length));
  const unsealed = bytes.slice();
  unsealed.set(new TextEncoder().encode(NO_CHECKSUM), at);
  const actual = await sha256(unsealed);
  if (actual !== recorded) {
    throw fault(who, `a file with SHA-256 ${recorded.slice(0, 12)}…`, `one with ${actual.slice(0, 12)}…`);
  }
}

/** Where the checksum is: it comes first in the metadata, which comes first in the header. */
function checksumAt(bytes: Uint8Array): number | undefined {
  const start = new TextEncoder().encode('{"__metadata__":{"format":"heddle","checksum":"');
  const at = 8 + start.length;
  const isThere = start.every((byte, index) => bytes[8 + index] === byte);
  return isThere && bytes.length >= at + NO_CHECKSUM.length ? at : undefined;
}

function underWayIn(who: string, value: unknown): EpochUnderWay | undefined {
  if (!isJsonObject(value)) return undefined;
  const { loss, activity, penalty, correct, samples } = asNumbers(value["sums"]);
  const of = (sum: number | undefined) => sum ?? Number.NaN;
  return {
    steps: count(who, "steps of the epoch", value["steps"]),
    seconds: amount(who, "seconds of the epoch", value["seconds"]),
    sums: {
      loss: of(loss),
      activity: of(activity),
      penalty: of(penalty),
      correct: of(correct),
      samples: of(samples),
    },
  };
}

/** Numbers as strings that lose no bit: JSON has neither NaN nor infinities. */
function asTexts(numbers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
}

function asNumbers(texts: unknown): Readonly<Record<string, number>> {
  if (!isJsonObject(texts)) return {};
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
}

function parseObject(text: unknown): JsonObject | undefined {
  try {
    const value = typeof text === "string" ? parseJsonText(text) : undefined;
    checkPlainJson("Checkpoint", value);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number of at least 0. */
function count(who: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw fault(who, `a number for ${name}`, JSON.stringify(value) ?? "none");
}

/** A finite number of at least 0. JSON writes any other as `null`, and reads 1e999 as Infinity. */
function amount(who: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  const received = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "none");
  throw fault(who, `a finite number of at least 0 for ${name}`, received);
}

function fault(who: string, expected: string, received: string): HeddleError {
  return new HeddleError({
    who,
    expected,
    received,
    next: "The file is damaged, or not a checkpoint: take another.",
  });
}
