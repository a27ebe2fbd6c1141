import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

/** Whether a path has characters that stand for others: `photos/*.png`. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** How many folders `**` goes down. */
const DEEPEST = 32;

/**
 * The files and folders that a pattern matches, sorted: `*` and `?` within a name, `[a-c]`, `{png,jpg}`, and `**` for any
 * folders. Hidden names are matched only by a pattern that begins with a dot. Shells expand such patterns themselves, apart
 * from those of Windows and patterns in quotes.
 */
export async function expandGlob(pattern: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const one of alternatives(pattern)) {
    const parts = one.split(sep === "\\" ? /[\\/]+/ : /\/+/).filter((part) => part !== "");
    const root = /^[\\/]/.test(one) ? "/" : "";
    await match(root, parts, found, 0);
  }
  return [...found].sort();
}

async function match(
  base: string,
  parts: readonly string[],
  found: Set<string>,
  depth: number,
): Promise<void> {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  if (part === "**") {
    await match(base, rest.length > 0 ? rest : ["*"], found, depth);
    if (depth >= DEEPEST) return;
    for (const { name, isFolder } of await entriesOf(base)) {
      if (isFolder && !name.startsWith(".")) await match(join(base, name), parts, found, depth + 1);
    }
    return;
  }
  if (!isGlob(part)) {
    if (rest.length > 0) return match(join(base, part), rest, found, depth);
    const names = (await entriesOf(base)).map(({ name }) => name);
    if (names.includes(part)) found.add(join(base, part));
    return;
  }
  const pattern = expressionOf(part);
  for (const { name, isFolder } of await entriesOf(base)) {
    if ((name.startsWith(".") && !part.startsWith(".")) || !pattern.test(name)) continue;
    if (rest.length === 0) found.add(join(base, name));
    else if (isFolder) await match(join(base, name), rest, found, depth);
  }
}

/** Nothing for what is no folder, or cannot be read. */
async function entriesOf(folder: string) {
  const entries = await readdir(folder === "" ? "." : folder, { withFileTypes: true }).catch(() => []);
  // Links to folders are followed only where the pattern names them.
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** A pattern without braces for each of their alternatives. */
function alternatives(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (!braces) return [pattern];
  const [whole, words] = braces;
  const before = pattern.slice(0, braces.index);
  const after = pattern.slice(braces.index + whole.length);
  return words!.split(",").flatMap((word) => alternatives(`${before}${word}${after}`));
}

/** The expression for one name. */
function expressionOf(part: string): RegExp {
  const text = part.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (word, not?: string, set?: string) => {
    if (word === "*") return ".*";
    if (word === "?") return ".";
    if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\^[\]]/g, "\\$&")}]`;
    return `\\${word}`;
  });
  return new RegExp(`^${text}$`, "su");
}
