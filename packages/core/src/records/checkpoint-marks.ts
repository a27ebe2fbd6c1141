import { HeddleError } from "../base/errors.js";
import { sha256 } from "../base/sha256.js";
import type { RunRecord } from "./run-record.js";

/** What a checkpoint belongs to: texts that differ between runs. */
export type CheckpointMarks = Readonly<Record<keyof typeof markNames, string>>;

const markNames = {
  heddle: "version of Heddle",
  kernels: "kernels",
  model: "model",
  data: "dataset",
  settings: "settings",
} as const;

/** What the checkpoints of a run belong to. */
export async function marksOf({ versions, recipe, model, dataset }: RunRecord): Promise<CheckpointMarks> {
  // Where the data is does not matter, and the model is compared as it was built.
  const { heddleRecipe: _, model: __, data: ___, fast, ...settings } = recipe;
  const { kind, seed, files } = dataset.source;
  const hash = (value: unknown) => sha256(new TextEncoder().encode(JSON.stringify(value)));
  return {
    heddle: versions.heddle,
    kernels: fast === true ? "fma" : "strict",
    model: await hash(model),
    data: await hash([kind, seed ?? null, files.map((file) => file.sha256), dataset.testSha256]),
    settings: await hash([settings, dataset.trainImages]),
  };
}

/** @throws HeddleError that names the first mark by which a checkpoint belongs to a different run */
export function checkMarks(
  path: string,
  notes: Readonly<Record<string, string>>,
  marks: CheckpointMarks,
): void {
  const names = Object.keys(markNames) as (keyof CheckpointMarks)[];
  const different = names.find((name) => notes[name] !== marks[name]);
  if (different === undefined) return;
  const shown = (text = "none") => (text.length < 20 ? text : `SHA-256 ${text.slice(0, 12)}…`);
  throw new HeddleError({
    who: `Checkpoint ${path}`,
    expected: `one of this run's ${markNames[different]}, ${shown(marks[different])}`,
    received: shown(notes[different]),
    next: "It belongs to a different run, or run.json was changed: move it out of the folder, or restore run.json.",
  });
}
