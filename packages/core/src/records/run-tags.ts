import { HeddleError } from "../base/errors.js";
import type { JsonFields } from "./json-fields.js";
import { type OnDamagedLine, readLines } from "./lines.js";

/** A run's name and tags: stored apart from `run.json`, which the training under way writes. */
export interface RunTags {
  /** A name to find it by; `null` if it has none. */
  readonly name: string | null;
  /** In alphabetical order. */
  readonly tags: readonly string[];
}

/** One line of `labels.jsonl`. */
export type TagChange = { readonly at: string } & (
  | { readonly tag: string }
  | { readonly untag: string }
  | { readonly name: string | null }
);

/** The file of a run's name and tags. */
export const TAGS_FILE = "labels.jsonl";
const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._:=+-]{0,39}$/u;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._+=-]{0,58}[\p{L}\p{N}._+=-])?$/u;

/** A change as its line. */
export function formatTagChange(change: TagChange): string {
  return `${JSON.stringify(change)}\n`;
}

/**
 * Reads `labels.jsonl`: changes in their order, so that several processes can write and none is lost.
 *
 * @param file the file's path, for the warnings
 */
export function parseTags(file: string, text: string, onDamaged?: OnDamagedLine): RunTags {
  const tags = new Set<string>();
  let name: string | null = null;
  for (const change of readLines(file, text, readChange, onDamaged)) {
    if ("tag" in change) tags.add(change.tag);
    else if ("untag" in change) tags.delete(change.untag);
    else name = change.name;
  }
  return { name, tags: [...tags].sort() };
}

/** A line has one change: the keys of the other two are unknown to it. */
function readChange(change: JsonFields): TagChange {
  const at = change.time("at");
  if (change.has("tag")) return { at, tag: checkTag(change.string("tag")) };
  if (change.has("untag")) return { at, untag: change.string("untag") };
  return { at, name: change.isNull("name") ? null : checkName(change.string("name")) };
}

/**
 * A tag as it is stored.
 *
 * @throws HeddleError when it could be mistaken for something else on a command line
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
 * A run's name as it is stored.
 *
 * @throws HeddleError when it is a path, or could be mistaken for something else on a command line
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
