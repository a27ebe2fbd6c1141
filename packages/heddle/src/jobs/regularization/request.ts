import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { heddleVersion } from "../../system/version.js";

/** What a study of regularization should do. All of it decides the results. */
export interface RegularizationRequest {
  readonly seeds: number;
  readonly epochs: number;
  /** How many training images, chosen as by `limitedImages`; all by default. */
  readonly limit?: number | undefined;
  readonly batchSize: number;
  /** Peak of the one-cycle schedule. */
  readonly learningRate: number;
  /** The first one. */
  readonly seed: number;
  readonly fast: boolean;
}

/** A request in words, by the names of its options: kept in `study.json`, and compared when the study is resumed. */
export type RequestWords = Readonly<Record<string, string>>;

/** A request and its data in words. */
export async function wordsOf(request: RegularizationRequest, dataset: Dataset): Promise<RequestWords> {
  const { seeds, epochs, limit, batchSize, learningRate, seed, fast } = request;
  return {
    data: `${dataset.title}, ${await fingerprintOf(dataset)}`,
    seeds: String(seeds),
    epochs: String(epochs),
    limit: limit === undefined ? "none" : groupDigits(limit),
    batchSize: String(batchSize),
    learningRate: String(learningRate),
    seed: String(seed),
    fast: fast ? "yes" : "no",
    "Heddle's version": heddleVersion,
  };
}

/** A dataset by its content: 16 hexadecimal digits. */
async function fingerprintOf({ source, train, test }: Dataset): Promise<string> {
  const { kind, seed = null, files } = source;
  const content = { kind, seed, files: files.map((file) => file.sha256), counts: [train.count, test.count] };
  return (await sha256(new TextEncoder().encode(JSON.stringify(content)))).slice(0, 16);
}

/** Words that are options; the others say what data and which version. */
const optionNames = new Set(["seeds", "epochs", "limit", "batchSize", "learningRate", "seed", "fast"]);

/** @throws HeddleError that names the first word in which two requests differ */
export function checkSameRequest(
  folder: string,
  begun: RequestWords,
  now: RequestWords,
  command: string,
): void {
  const names = new Set([...Object.keys(begun), ...Object.keys(now)]);
  for (const name of names) {
    if (begun[name] === now[name]) continue;
    throw new HeddleError({
      who: `Study ${folder}`,
      expected: `${optionNames.has(name) ? `\`${name}\`` : name} to be ${begun[name] ?? "none"}, as when it began`,
      received: now[name] ?? "none",
      next: `Resume it with ${command}, or begin a new study in another folder of runs.`,
    });
  }
}
