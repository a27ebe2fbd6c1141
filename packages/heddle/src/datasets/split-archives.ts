import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ArrayOptions } from "@heddle/core/internal/data/array-split.js";
import {
  type ArrayImages,
  type ArraySource,
  readNamedArrays,
} from "@heddle/core/internal/data/named-arrays.js";
import { npzArrays } from "@heddle/core/internal/data/npz.js";
import { leftOut } from "@heddle/core/internal/data/reading.js";
import type { SourceFile } from "./idx-file.js";
import type { SourceFolder } from "./source-folder.js";

/** An npz file for each split: `train.npz` and `test.npz`. */
export interface SplitArchives {
  readonly train: string;
  readonly test: string;
  /** The npz files next to these that are not read. */
  readonly unused: readonly string[];
}

/**
 * Reads images and labels from an npz file for each split, whose arrays may have the same names in both.
 *
 * @throws HeddleError as `readNpz` does
 */
export async function readSplitArchives(
  source: SourceFolder,
  { train, test, unused }: SplitArchives,
  options: ArrayOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ArrayImages & { readonly files: readonly SourceFile[] }> {
  const { signal } = options;
  const files: SourceFile[] = [];
  const arrays = new Map<string, { readonly archive: ArraySource; readonly array: string }>();
  for (const [split, file] of Object.entries({ train, test })) {
    const bytes = await source.read(file, { signal });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files.push({ name: file, bytes: bytes.length, sha256 });
    const archive = npzArrays(bytes, { name: join(source.path, file), signal });
    for (const array of archive.names) {
      // The names of the classes are those of both splits.
      const name = array.toLowerCase() === "class_names" ? array : `${split} ${array}`;
      if (!arrays.has(name)) arrays.set(name, { archive, array });
    }
  }
  const read = async (name: string) => {
    const { archive, array } = arrays.get(name)!;
    return archive.read(array);
  };
  const images = await readNamedArrays({ name: source.path, names: [...arrays.keys()], read }, options);
  const others =
    unused.length > 0 ? [leftOut("file", "neither train nor test is in their names", unused)] : [];
  return { ...images, leftOut: [...(images.leftOut ?? []), ...others], files };
}
