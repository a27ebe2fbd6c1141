import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { type Split, splitOf } from "@heddle/core/internal/data/csv/names.js";
import type { LeftOut } from "@heddle/core/internal/data/reading.js";

/** Which picture has which label, by a file that lies beside the pictures. */
export interface PictureLabel {
  /** The picture's path below the dataset's folder. */
  readonly path: string;
  /** Undefined where the file names none. */
  readonly label: string | undefined;
  /** Undefined where only the picture's folder can tell. */
  readonly split?: Split | undefined;
}

/** The labels of pictures, and the files that hold them. */
export interface PictureLabels {
  readonly labels: readonly PictureLabel[];
  /** What holds the labels, for the block of how data was read: `the column label of metadata.csv`. */
  readonly source: string;
  /** The paths of the files that hold them. */
  readonly files: ReadonlySet<string>;
  readonly leftOut: readonly LeftOut[];
}

/** Finds the pictures that files name. */
export class PicturePaths {
  private readonly exact: ReadonlySet<string>;
  /** The pictures of each file name, with its ending and without. */
  private readonly byName = new Map<string, string[]>();

  constructor(pictures: readonly string[]) {
    this.exact = new Set(pictures);
    for (const path of pictures) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      for (const one of new Set([name, withoutEnding(name)])) {
        const known = this.byName.get(one);
        if (known) known.push(path);
        else this.byName.set(one, [path]);
      }
    }
  }

  /**
   * The picture that a file in `folder` names: below that folder, below the dataset's folder, or anywhere if there is only
   * one of that name; its ending may be missing.
   *
   * @param folder `""`, or a path that ends in a slash
   * @param split the split that the file is about: pictures in folders of another one do not count
   * @returns undefined if there is none
   * @throws HeddleError if there are several
   */
  find(who: string, folder: string, name: string, split?: Split): string | undefined {
    const plain = name.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
    for (const path of [folder + plain, plain]) if (this.exact.has(path)) return path;
    const own = plain.slice(plain.lastIndexOf("/") + 1);
    const named = (this.byName.get(own) ?? []).filter((path) => {
      const other = splitOfPath(path);
      return split === undefined || other === undefined || other === split;
    });
    const near = [folder, ""]
      .map((base) => named.filter((path) => withoutEnding(path) === base + plain))
      .find(({ length }) => length > 0);
    const below = named.filter((path) => path.startsWith(folder));
    const paths = near ?? (below.length > 0 ? below : named);
    if (paths.length < 2) return paths[0];
    throw new HeddleError({
      who,
      expected: "names that fit one picture each",
      received: `${name}, which fits ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", …" : ""}`,
      next: "Write paths below the folder, with their endings.",
    });
  }
}

/** The split of a picture by the folders that it is in: `train`, `val2017`. */
export function splitOfPath(path: string): Split | undefined {
  const folders = path.split("/").slice(0, -1);
  return folders.map((name) => splitOf(name.replace(/[-_]?\d+$/, ""))).find((split) => split !== undefined);
}

/** A path without the ending of its name: `a/1.png` → `a/1`. */
export function withoutEnding(path: string): string {
  return path.replace(/\.[^./]+$/, "");
}

/** The folder of a path: `a/` of `a/1.png`, `""` at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
