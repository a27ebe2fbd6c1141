import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { parseMachine } from "@heddle/core/internal/records/run-record.js";
import type { Machine } from "../../system/machine.js";
import { type Measured, measuredIn } from "../sweep/kept-training.js";
import type { RequestWords } from "./request.js";

/** The version of a study's files. */
export const FORMAT_VERSION = 2;

/** `study.json`: what was requested. Its trials are in the folder of its sweep. */
export interface RegularizationRecord {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly study: "regularization";
  /** The command that begins it. */
  readonly command: string;
  readonly request: RequestWords;
  readonly dataset: { readonly name: string; readonly title: string };
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  readonly versions: { readonly heddle: string; readonly node: string };
  readonly machine: Machine;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/** A trained network on the images that it was trained on, dropout off, and on the test images. */
export interface Looked {
  readonly train: Measured;
  readonly test: Measured;
}

/** `test.json`: the one look at the test images. */
export interface TestRecord {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly lookedAt: string;
  /** By trial and seed: `12-42`. */
  readonly results: Readonly<Record<string, Looked>>;
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
    const versions = fields.object("versions");
    const finishedAt = fields.optional("finishedAt")?.time("finishedAt");
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
      versions: { heddle: versions.string("heddle"), node: versions.string("node") },
      machine: parseMachine(fields.object("machine")),
      startedAt: fields.time("startedAt"),
      ...(finishedAt !== undefined && { finishedAt }),
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
    const looked = Object.keys(results.json()).map((key) => {
      const one = results.object(key);
      const train = measuredIn(one.object("train"));
      return [key, { train, test: measuredIn(one.object("test")) }] as const;
    });
    return {
      formatVersion: FORMAT_VERSION,
      lookedAt: fields.time("lookedAt"),
      results: Object.fromEntries(looked),
    };
  });
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
