import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { parseMachine } from "@heddle/core/internal/records/run-record.js";
import type { Throughput } from "@heddle/core/internal/tuning/throughput.js";
import type { Machine } from "../../system/machine.js";
import { type Downsampling, downsamplings } from "./network.js";
import type { RegularizationPlan } from "./plan.js";
import type { RequestWords } from "./request.js";

/** The version of a study's files. */
export const FORMAT_VERSION = 1;

/** Trials are made for all seeds at once: a damaged plan must not make billions. */
const MAXIMUM_SEEDS = 10_000;

/** Accuracy, 0..1, and loss of a network on some images, with its penalties. */
export interface Measured {
  readonly accuracy: number;
  readonly loss: number;
}

/** `study.json`: what was requested and what was planned. */
export interface RegularizationRecord {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly study: "regularization";
  /** The command that begins it. */
  readonly command: string;
  readonly request: RequestWords;
  readonly dataset: { readonly name: string; readonly title: string };
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  readonly speeds: Readonly<Record<Downsampling, Throughput>>;
  readonly plan: RegularizationPlan;
  readonly versions: { readonly heddle: string; readonly node: string };
  readonly machine: Machine;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/** One epoch of a trial. */
export interface TrialEpoch {
  readonly epoch: number;
  /** While it ran, dropout and augmentation on, penalties included. */
  readonly loss: number;
  readonly accuracy: number;
  /** On the held-out images, dropout off. */
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** `trials/KEY.json`: a finished trial. */
export interface TrialRecord {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly key: string;
  readonly regime: string;
  readonly setting: string;
  readonly purpose: "choosing" | "comparing";
  readonly seed: number;
  readonly parameters: number;
  readonly history: readonly TrialEpoch[];
  /** The epoch whose weights were kept: the last one, except with early stopping. */
  readonly epoch: number;
  readonly validation: Measured;
  /** On the images that it was trained on, dropout off; only for trials that are compared. */
  readonly train?: Measured;
  readonly weightsSha256: string;
  readonly engine: { readonly variant: string; readonly threads: number };
  readonly seconds: number;
}

/** `test.json`: the one look at the test images. */
export interface TestRecord {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly lookedAt: string;
  /** By the keys of the trials. */
  readonly results: Readonly<Record<string, Measured>>;
}

/**
 * Reads `study.json`.
 *
 * @throws HeddleError that names the damaged field, or an unknown one
 */
export function parseRegularizationRecord(file: string, text: string): RegularizationRecord {
  return JsonFields.read(file, text, (fields) => {
    checkVersion(file, fields);
    const request = fields.object("request");
    const dataset = fields.object("dataset");
    const images = fields.object("images");
    const speeds = fields.object("speeds");
    const plan = fields.object("plan");
    const versions = fields.object("versions");
    const finishedAt = fields.optional("finishedAt")?.time("finishedAt");
    const speedOf = (kind: Downsampling): Throughput => {
      const of = speeds.object(kind);
      return {
        imagesPerSecond: of.number("imagesPerSecond", 0),
        evaluatedPerSecond: of.number("evaluatedPerSecond", 0),
      };
    };
    return {
      formatVersion: FORMAT_VERSION,
      study: fields.oneOf("study", ["regularization"]),
      command: fields.string("command"),
      request: Object.fromEntries(Object.keys(request.json()).map((name) => [name, request.string(name)])),
      dataset: { name: dataset.string("name"), title: dataset.string("title") },
      images: {
        train: images.wholeNumber("train"),
        validation: images.wholeNumber("validation"),
        test: images.wholeNumber("test"),
      },
      speeds: Object.fromEntries(downsamplings.map((kind) => [kind, speedOf(kind)])) as Record<
        Downsampling,
        Throughput
      >,
      plan: {
        seeds: plan.wholeNumber("seeds", 2, MAXIMUM_SEEDS),
        epochs: plan.wholeNumber("epochs", 1),
        choosingEpochs: plan.wholeNumber("choosingEpochs", 1),
        expectedSeconds: plan.number("expectedSeconds", 0),
      },
      versions: { heddle: versions.string("heddle"), node: versions.string("node") },
      machine: parseMachine(fields.object("machine")),
      startedAt: fields.time("startedAt"),
      ...(finishedAt !== undefined && { finishedAt }),
    };
  });
}

/**
 * Reads `trials/KEY.json`.
 *
 * @throws HeddleError that names the damaged field, or an unknown one
 */
export function parseTrialRecord(file: string, text: string): TrialRecord {
  return JsonFields.read(file, text, (fields) => {
    checkVersion(file, fields);
    const train = fields.optional("train")?.object("train");
    const engine = fields.object("engine");
    return {
      formatVersion: FORMAT_VERSION,
      key: fields.hex("key", 16),
      regime: fields.string("regime"),
      setting: fields.string("setting"),
      purpose: fields.oneOf("purpose", ["choosing", "comparing"]),
      seed: fields.wholeNumber("seed"),
      parameters: fields.wholeNumber("parameters", 1),
      history: fields.objects("history").map((row) => ({
        epoch: row.wholeNumber("epoch", 1),
        loss: row.numberOrNaN("loss"),
        accuracy: row.fraction("accuracy"),
        valLoss: row.numberOrNaN("valLoss"),
        valAccuracy: row.fraction("valAccuracy"),
      })),
      epoch: fields.wholeNumber("epoch", 1),
      validation: parseMeasured(fields.object("validation")),
      ...(train && { train: parseMeasured(train) }),
      weightsSha256: fields.hex("weightsSha256", 64),
      engine: { variant: engine.string("variant"), threads: engine.wholeNumber("threads", 1) },
      seconds: fields.number("seconds", 0),
    };
  });
}

/**
 * Reads `test.json`.
 *
 * @throws HeddleError that names the damaged field, or an unknown one
 */
export function parseTestRecord(file: string, text: string): TestRecord {
  return JsonFields.read(file, text, (fields) => {
    checkVersion(file, fields);
    const results = fields.object("results");
    const keys = Object.keys(results.json());
    return {
      formatVersion: FORMAT_VERSION,
      lookedAt: fields.time("lookedAt"),
      results: Object.fromEntries(keys.map((key) => [key, parseMeasured(results.object(key))])),
    };
  });
}

function parseMeasured(fields: JsonFields): Measured {
  return { accuracy: fields.fraction("accuracy"), loss: fields.numberOrNaN("loss") };
}

function checkVersion(file: string, fields: JsonFields): void {
  const version = fields.wholeNumber("formatVersion", 1);
  if (version === FORMAT_VERSION) return;
  throw new HeddleError({
    who: file,
    expected: `a study of format ${FORMAT_VERSION}`,
    received: `format ${version}`,
    next: "Use the version of Heddle that wrote it.",
  });
}
