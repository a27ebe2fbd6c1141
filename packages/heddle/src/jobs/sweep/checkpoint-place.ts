import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  hasFile,
  makeFolder,
  readFileBytes,
  removeFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { QueueTraining } from "@heddle/core/internal/sweep/queue.js";
import type { WorkerReports } from "./queued-training.js";

// A checkpoint travels as a line of JSON with its file's name and the trial's reports, and the file.

const FILE_NAME = /^[\w.-]+\.safetensors$/;

/** Where workers keep a training's checkpoint, so that any of them can continue it. */
export interface CheckpointPlace {
  keep(bytes: Uint8Array): Promise<void>;
  kept(): Promise<Uint8Array | undefined>;
}

/** In the queue's database, or in a folder that all machines share. */
export function checkpointPlace(
  training: QueueTraining,
  name: string,
  folder: string | undefined,
): CheckpointPlace {
  if (folder === undefined) {
    return { keep: (bytes) => training.keep(name, bytes), kept: () => training.kept(name) };
  }
  const path = sharedPath(folder, name);
  return {
    keep: async (bytes) => {
      await makeFolder(folder);
      await writeFileAtomic(path, bytes);
    },
    kept: async () => ((await hasFile(path)) ? readFileBytes(path) : undefined),
  };
}

/** Where a folder that all machines share has a training's checkpoint. */
export function sharedPath(folder: string, name: string): string {
  return join(folder, `${name}.checkpoint`);
}

/** Removes a checkpoint from a folder that all machines share. */
export async function removeShared(folder: string, name: string): Promise<void> {
  const path = sharedPath(folder, name);
  if (await hasFile(path)) await removeFile(path);
}

/**
 * Brings the checkpoint that was kept into a folder, where the training looks for it.
 *
 * @returns the reports up to it
 */
export async function fetchCheckpoint(place: CheckpointPlace, folder: string): Promise<WorkerReports> {
  const bytes = await place.kept();
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (!bytes || end < 0) return [];
  const { name, reports } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Head;
  // The name comes from a database: it must not lead out of the folder.
  if (!FILE_NAME.test(name)) return [];
  await writeFileAtomic(join(folder, name), bytes.subarray(end + 1));
  return reports;
}

interface Head {
  readonly name: string;
  readonly reports: WorkerReports;
}

/**
 * Keeps the newest checkpoint of a folder.
 *
 * @returns its bytes; 0 where there is none
 */
export async function keepCheckpoint(
  place: CheckpointPlace,
  folder: string,
  reports: WorkerReports,
): Promise<number> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => FILE_NAME.test(name)).sort();
  const name = names.at(-1);
  if (name === undefined) return 0;
  const file = await readFileBytes(join(folder, name));
  const head = new TextEncoder().encode(`${JSON.stringify({ name, reports } satisfies Head)}\n`);
  const bytes = new Uint8Array(head.length + file.length);
  bytes.set(head);
  bytes.set(file, head.length);
  await place.keep(bytes);
  return bytes.length;
}
