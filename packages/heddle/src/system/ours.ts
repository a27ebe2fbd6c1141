import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isAside } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, readTextFile } from "@heddle/core/internal/base/files-node.js";

// Nothing is replaced or deleted that Heddle did not make. A folder is Heddle's own if everything in it is; what a file
// is, its content says.

/**
 * The first entry below a folder, by name, that does not belong to it. A link never does, and what a killed process left
 * there always does.
 *
 * @param folder may be missing or empty: then there is none
 * @param known matches the paths of files that belong to it, with slashes (`figures/a.svg`), and of empty folders
 *   (`figures/`)
 * @param pairs matches those that do so only next to an SVG of the same name: figures are written as SVG, then as PNG
 * @throws HeddleError when a folder cannot be read
 */
export async function firstStranger(
  folder: string,
  known: RegExp,
  pairs?: RegExp,
): Promise<string | undefined> {
  return strangerBelow(folder, "", (path, names) => {
    if (!known.test(path)) return false;
    return !pairs?.test(path) || names.has(basename(path).replace(/\.\w+$/, ".svg"));
  });
}

/** `isKnown` gets the names in the same folder, too. */
async function strangerBelow(
  folder: string,
  above: string,
  isKnown: (path: string, names: ReadonlySet<string>) => boolean,
): Promise<string | undefined> {
  const entries = await entriesIn(join(folder, above));
  const names = new Set(entries.map(({ name }) => name));
  if (entries.length === 0 && above !== "" && !isKnown(above, names)) return above.slice(0, -1);
  for (const entry of entries) {
    const path = `${above}${entry.name}`;
    if (isAside(entry.name)) continue;
    if (entry.isDirectory()) {
      const stranger = await strangerBelow(folder, `${path}/`, isKnown);
      if (stranger !== undefined) return stranger;
    } else if (!entry.isFile() || !isKnown(path, names)) return path;
  }
  return undefined;
}

async function entriesIn(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(folder, "a folder that can be read", thrown);
  }
}

/** Text files of Heddle's own are smaller than this. */
const LARGEST_BYTES = 1 << 28;

/**
 * Refuses to replace a file of somebody else's. One that is missing or empty may be written.
 *
 * @param what what it is to be, with its article: `a recipe`
 * @param isOurs whether a text is such a file
 * @throws HeddleError when it is something else, or not a file
 */
export async function refuseOther(
  path: string,
  what: string,
  isOurs: (text: string) => boolean,
): Promise<void> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry || (entry.isFile() && entry.size === 0)) return;
  const refuse = (received: string, next: string) =>
    new HeddleError({
      who: `File ${path}`,
      expected: `${what}, which is replaced, or no file`,
      received,
      next,
    });
  if (entry.isDirectory()) throw refuse("a folder", "Name a file in it.");
  const ours = entry.isFile() && entry.size <= LARGEST_BYTES && isOurs(await textOf(path));
  if (!ours) throw refuse("something else", "Choose another path, or remove the file yourself.");
}

/** Empty for bytes that are no text. */
function textOf(path: string): Promise<string> {
  return readTextFile(path).catch(() => "");
}
