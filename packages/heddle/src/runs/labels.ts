import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { JsonFields } from "./json-fields.js";

/** What people call a run: kept apart from `run.json`, which the training under way writes. */
export interface RunLabels {
  /** A name to find it by; `null` where it has none. */
  readonly name: string | null;
  /** In the order of the alphabet. */
  readonly tags: readonly string[];
}

/** One line of `labels.jsonl`. */
export type LabelChange = { readonly at: string } & (
  | { readonly tag: string }
  | { readonly untag: string }
  | { readonly name: string | null }
);

const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._:=+-]{0,39}$/u;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._+=-]{0,58}[\p{L}\p{N}._+=-])?$/u;

/** A change as its line. */
export function formatLabelChange(change: LabelChange): string {
  return `${JSON.stringify(change)}\n`;
}

/**
 * Reads `labels.jsonl`: every change in its order, so that several processes can write and none is lost.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file, the line and the field that is wrong
 */
export function parseLabels(file: string, text: string): RunLabels {
  const tags = new Set<string>();
  let name: string | null = null;
  text.split("\n").forEach((line, index) => {
    if (line === "") return;
    const change = JsonFields.parse(`${file}, line ${index + 1}`, line);
    change.time("at");
    const added = change.optional("tag")?.string("tag");
    const removed = change.optional("untag")?.string("untag");
    if (added !== undefined) tags.add(checkTag(added));
    else if (removed !== undefined) tags.delete(removed);
    else name = change.isNull("name") ? null : checkName(change.string("name"));
  });
  return { name, tags: [...tags].sort() };
}

/**
 * A tag as it is kept.
 *
 * @throws HeddleError when it could be taken for something else on a command line
 */
export function checkTag(text: string): string {
  const tag = text.normalize("NFC");
  if (TAG.test(tag)) return tag;
  throw new HeddleError({
    who: "Tag",
    expected: "up to 40 letters, digits, dots, hyphens, underscores or any of : = +",
    received: JSON.stringify(text),
    next: "Choose another tag.",
  });
}

/**
 * A run's display name as it is kept.
 *
 * @throws HeddleError when it is a path, or could be taken for something else on a command line
 */
export function checkName(text: string): string {
  const name = text.normalize("NFC");
  if (NAME.test(name) && name !== "latest") return name;
  throw new HeddleError({
    who: "Name of a run",
    expected: "up to 60 letters, digits, spaces, dots, hyphens or underscores, and not latest",
    received: JSON.stringify(text),
    next: "Choose another name.",
  });
}
