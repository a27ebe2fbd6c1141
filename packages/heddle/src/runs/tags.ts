import { join } from "node:path";
import { appendLine, hasFile, readTextFile } from "@heddle/core/internal/base/files-node.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import {
  formatTagChange,
  parseTags,
  type RunTags,
  TAGS_FILE,
  type TagChange,
} from "@heddle/core/internal/records/run-tags.js";

/** Appends a change to a run's `labels.jsonl`. */
export async function appendTagChange(run: string, change: TagChange): Promise<void> {
  await appendLine(join(run, TAGS_FILE), formatTagChange(change), { within: run });
}

/** A run's name and tags; none when it has no `labels.jsonl`. */
export async function readTags(run: string, onDamaged?: OnDamagedLine): Promise<RunTags> {
  const file = join(run, TAGS_FILE);
  return (await hasFile(file))
    ? parseTags(file, await readTextFile(file), onDamaged)
    : { name: null, tags: [] };
}
