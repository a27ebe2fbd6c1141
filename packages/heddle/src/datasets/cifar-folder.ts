import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type CifarBatch,
  cifarClassNames,
  joinCifar,
  readCifarBinary,
  readCifarPickle,
} from "@heddle/core/internal/data/cifar.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import type { ReadingChoice } from "@heddle/core/internal/data/reading.js";
import type { SourceFile } from "./idx-file.js";
import type { SourceFolder } from "./source-folder.js";

/** The files of CIFAR-10 or CIFAR-100 in a folder. */
export interface CifarFiles {
  readonly train: readonly string[];
  /** Empty if there is no test batch. */
  readonly test: readonly string[];
  /** The file of the classes' names. */
  readonly names?: string;
  /** How many labels an image has in the binary version; absent for the Python version. */
  readonly binaryLabels?: 1 | 2;
}

/** The files of CIFAR among the names of a folder, by the names under which they are published. */
export function cifarFilesOf(names: readonly string[]): CifarFiles | undefined {
  const some = (pattern: RegExp) => names.filter((name) => pattern.test(name)).sort(byNumber);
  const has = (...wanted: string[]) => wanted.every((name) => names.includes(name));
  const named = (name: string) => (names.includes(name) ? { names: name } : {});
  const batches = some(/^data_batch_\d+$/);
  if (batches.length > 0) return { train: batches, test: some(/^test_batch$/), ...named("batches.meta") };
  const binary = some(/^data_batch_\d+\.bin$/);
  if (binary.length > 0) {
    return { train: binary, test: some(/^test_batch\.bin$/), ...named("batches.meta.txt"), binaryLabels: 1 };
  }
  if (has("train", "test", "meta")) return { train: ["train"], test: ["test"], names: "meta" };
  if (!has("train.bin", "fine_label_names.txt")) return undefined;
  return { train: ["train.bin"], test: some(/^test\.bin$/), names: "fine_label_names.txt", binaryLabels: 2 };
}

function byNumber(a: string, b: string): number {
  return Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]);
}

/** CIFAR as it was read. */
interface CifarImages {
  readonly train: LabelledImages;
  readonly test?: LabelledImages;
  readonly classNames?: readonly string[];
  readonly files: readonly SourceFile[];
  readonly choices: readonly ReadingChoice[];
}

/**
 * Reads CIFAR-10 or CIFAR-100, the binary or the Python version.
 *
 * @throws HeddleError if a file is missing, damaged or holds something else; AbortedError on `signal`
 */
export async function readCifar(
  source: SourceFolder,
  found: CifarFiles,
  signal?: AbortSignal,
): Promise<CifarImages> {
  const files: SourceFile[] = [];
  const read = async (file: string) => {
    const bytes = await source.read(file, { signal });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files.push({ name: file, bytes: bytes.length, sha256 });
    return bytes;
  };
  const split = async (names: readonly string[]) => {
    const batches: CifarBatch[] = [];
    for (const name of names) {
      const path = join(source.path, name);
      const bytes = await read(name);
      batches.push(
        found.binaryLabels ? readCifarBinary(bytes, path, found.binaryLabels) : readCifarPickle(bytes, path),
      );
    }
    return joinCifar(batches, join(source.path, names.length === 1 ? names[0]! : "data_batch_*"));
  };
  const train = await split(found.train);
  const test = found.test.length > 0 ? await split(found.test) : undefined;
  const classNames = found.names && namesOf(await read(found.names), found, join(source.path, found.names));
  return {
    train,
    ...(test && { test }),
    ...(classNames && { classNames }),
    files,
    choices: [
      { about: "planes", choice: "red, green and blue were stored one after the other" },
      ...(found.binaryLabels === 2 || found.names === "meta"
        ? [{ about: "label", choice: "the 100 fine classes, not the 20 coarse ones" }]
        : []),
    ],
  };
}

function namesOf(
  bytes: Uint8Array,
  { binaryLabels }: CifarFiles,
  path: string,
): readonly string[] | undefined {
  if (!binaryLabels) return cifarClassNames(bytes, path);
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((line) => line.trim());
  const names = lines.filter((line) => line !== "");
  return names.length > 0 ? names : undefined;
}
