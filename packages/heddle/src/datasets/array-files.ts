import { createHash } from "node:crypto";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { arrayRoles } from "@heddle/core/internal/data/array-names.js";
import type { ArrayOptions } from "@heddle/core/internal/data/array-split.js";
import { type ArrayImages, readNamedArrays } from "@heddle/core/internal/data/named-arrays.js";
import { npzArrays } from "@heddle/core/internal/data/npz.js";
import { leftOut } from "@heddle/core/internal/data/reading.js";
import { type NpyArray, readNpy } from "@heddle/core/internal/formats/npy.js";
import type { SourceFile } from "./idx-file.js";
import type { SourceFolder } from "./source-folder.js";

/** Files of one array each, whose names say what they hold: `k49-train-imgs.npz`, `X_train.npy`. */
export interface ArrayFiles {
  /** The files by their names without endings. */
  readonly files: ReadonlyMap<string, string>;
  /** All other files of the folder. */
  readonly others: readonly string[];
}

const ARRAY = /\.np[yz]$/i;

/** The files of arrays among the files of a folder; undefined if these are not images and labels for training. */
export function arrayFilesOf(names: readonly string[]): ArrayFiles | undefined {
  const files = new Map<string, string>();
  for (const name of names) {
    const stem = name.replace(ARRAY, "");
    if (ARRAY.test(name) && !files.has(stem)) files.set(stem, name);
  }
  if (!arrayRoles([...files.keys()]).train) return undefined;
  const used = new Set(files.values());
  return { files, others: names.filter((name) => !used.has(name)) };
}

/**
 * Reads images and labels from files of one array each.
 *
 * @throws HeddleError if a file holds several arrays, and as `readNpz` does
 */
export async function readArrayFiles(
  source: SourceFolder,
  { files, others }: ArrayFiles,
  options: ArrayOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ArrayImages & { readonly files: readonly SourceFile[] }> {
  const { signal } = options;
  const read: SourceFile[] = [];
  const images = await readNamedArrays(
    {
      name: source.path,
      names: [...files.keys()],
      read: async (name) => {
        const file = files.get(name)!;
        const bytes = await source.read(file, { signal });
        read.push({
          name: file,
          bytes: bytes.length,
          sha256: createHash("sha256").update(bytes).digest("hex"),
        });
        return arrayOf(join(source.path, file), bytes, signal);
      },
    },
    options,
  );
  const notUsed = others.length > 0 ? [leftOut("file", "no array of images or labels", others)] : [];
  return { ...images, leftOut: [...(images.leftOut ?? []), ...notUsed], files: read };
}

async function arrayOf(path: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<NpyArray> {
  if (/\.npy$/i.test(path)) return readNpy(bytes, path);
  const arrays = npzArrays(bytes, { name: path, signal });
  const [only, another] = arrays.names;
  if (only !== undefined && another === undefined) return arrays.read(only);
  throw new HeddleError({
    who: path,
    expected: "one array, because other files beside it hold the rest",
    received: only === undefined ? "none" : arrays.names.slice(0, 8).join(", "),
    next: "Choose this file alone, or save one array a file.",
  });
}
