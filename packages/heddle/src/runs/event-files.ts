import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  fileError,
  isFile,
  makeFolder,
  readFileBytes,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import { eventsBefore } from "@heddle/core/internal/formats/event-file.js";

/**
 * Makes the folder of TensorBoard's event files; that it exists says that the run writes them. In files that are there
 * already, only the events of the first epochs stay: a training that was killed may have written events after its last
 * checkpoint, and they will be written again.
 *
 * @param epochs how many epochs stay
 * @throws HeddleError when the folder cannot be made or read
 */
export async function prepareEventFiles(
  folder: string,
  epochs: number,
  place: WritePlace = {},
): Promise<void> {
  for (const name of await namesIn(folder, place)) {
    const file = join(folder, name);
    if (!/^events\.out\.tfevents\./.test(basename(file)) || !(await isFile(file))) continue;
    const bytes = await readFileBytes(file);
    const kept = eventsBefore(epochs, bytes);
    if (kept.length < bytes.length) await writeFileAtomic(file, kept, place);
  }
}

async function namesIn(folder: string, { within }: WritePlace): Promise<readonly string[]> {
  try {
    await makeFolder(folder, within);
    return await readdir(folder, { recursive: true });
  } catch (thrown) {
    throw fileError(folder, "a folder that can be made and read", thrown);
  }
}
