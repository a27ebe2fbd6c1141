import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { formatCommand } from "../../runs/command-line.js";
import { heddleVersion } from "../../system/version.js";

/** What a study of regularization is asked to do. All of it decides the results, but for a budget's seeds and epochs. */
export interface StudyRequest {
  readonly budgetSeconds?: number | undefined;
  readonly seeds?: number | undefined;
  readonly epochs?: number | undefined;
  /** How many training images, chosen as `limitedImages` says; all by default. */
  readonly limit?: number | undefined;
  readonly batchSize: number;
  /** Peak of the one-cycle schedule. */
  readonly learningRate: number;
  /** The first seed makes the choices, those behind it are compared. */
  readonly seed: number;
  readonly fast: boolean;
}

/** A request in words, by the names that its user knows: kept in `study.json`, and compared when it goes on. */
export type RequestWords = Readonly<Record<string, string>>;

/** A request on its data in words. */
export async function wordsOf(request: StudyRequest, dataset: Dataset): Promise<RequestWords> {
  const { budgetSeconds, seeds, epochs, limit, batchSize, learningRate, seed, fast } = request;
  const open = budgetSeconds === undefined ? "the default" : "what the budget allows";
  return {
    data: `${dataset.title}, ${await fingerprintOf(dataset)}`,
    "--budget": budgetSeconds === undefined ? "none" : budgetText(budgetSeconds),
    "--seeds": seeds === undefined ? open : String(seeds),
    "--epochs": epochs === undefined ? open : String(epochs),
    "--limit": limit === undefined ? "none" : groupDigits(limit),
    "--batch-size": String(batchSize),
    "--learning-rate": String(learningRate),
    "--seed": String(seed),
    "--fast": fast ? "yes" : "no",
    "Heddle's version": heddleVersion,
  };
}

/** A dataset by its content: 16 hexadecimal digits. */
async function fingerprintOf({ source, train, test }: Dataset): Promise<string> {
  const { kind, seed = null, files } = source;
  const content = { kind, seed, files: files.map((file) => file.sha256), counts: [train.count, test.count] };
  return (await sha256(new TextEncoder().encode(JSON.stringify(content)))).slice(0, 16);
}

/** @throws HeddleError that names the first thing in which two requests differ */
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
      expected: `${name} to be ${begun[name] ?? "none"}, as it was begun`,
      received: now[name] ?? "none",
      next: `Go on with ${command}, or begin another study with --run-dir.`,
    });
  }
}

/** What to type for a request, without what changes no result: folders and threads. */
export function commandOf(request: StudyRequest, defaults: StudyRequest): string {
  const { budgetSeconds, fast } = request;
  const words = ["heddle", "study", "regularization"];
  if (budgetSeconds !== undefined) words.push("--budget", budgetText(budgetSeconds));
  const options = {
    "--seeds": "seeds",
    "--epochs": "epochs",
    "--limit": "limit",
    "--batch-size": "batchSize",
    "--learning-rate": "learningRate",
    "--seed": "seed",
  } as const;
  for (const [option, key] of Object.entries(options)) {
    if (request[key] !== undefined && request[key] !== defaults[key])
      words.push(option, String(request[key]));
  }
  if (fast) words.push("--fast");
  return formatCommand(words);
}

/** `20m`, `2h`, `90s`: as it may be typed. */
function budgetText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
