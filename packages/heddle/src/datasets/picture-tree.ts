import { isPictureName } from "./picture-endings.js";
import type { SourceFolder } from "./source-folder.js";

/** A folder and what is in it, hidden files excepted. Paths are below the dataset's folder; those of folders end in `/`. */
export interface PictureTree {
  readonly name: string;
  /** `""` for the dataset's folder. */
  readonly path: string;
  /** The paths of the pictures directly in it, sorted by code units. */
  readonly pictures: readonly string[];
  /** The paths of the other files directly in it. */
  readonly others: readonly string[];
  readonly folders: readonly PictureTree[];
}

/** One picture, and its class. */
export interface ListedPicture {
  /** The path below the dataset's folder, with slashes: `train/cat/001.png`. */
  readonly path: string;
  /** The name of its class. */
  readonly label: string;
}

/** How deep folders are looked into: a few around the data, a split, a class and one within. */
const DEEPEST = 6;

/** How many folders are looked into, in case the path is that of a whole disk. */
const MOST_FOLDERS = 50_000;

/** Looks through a folder. */
export async function pictureTree(source: Pick<SourceFolder, "list">): Promise<PictureTree> {
  let left = MOST_FOLDERS;
  const look = async (name: string, path: string, depth: number): Promise<PictureTree> => {
    const pictures: string[] = [];
    const others: string[] = [];
    const folders: PictureTree[] = [];
    if (left-- > 0) {
      for (const entry of await source.list(path.slice(0, -1))) {
        if (isHidden(entry.name)) continue;
        const below = `${path}${entry.name}`;
        if (entry.kind === "file") (isPictureName(entry.name) ? pictures : others).push(below);
        else if (depth < DEEPEST) folders.push(await look(entry.name, `${below}/`, depth + 1));
      }
    }
    return { name, path, pictures, others, folders };
  };
  return look("", "", 0);
}

/** The pictures in a folder and in all folders below it. */
export function allPictures(tree: PictureTree): string[] {
  return [...tree.pictures, ...tree.folders.flatMap(allPictures)];
}

/** The files in a folder and in all folders below it that are not pictures. */
export function allFiles(tree: PictureTree): string[] {
  return [...tree.others, ...tree.folders.flatMap(allFiles)];
}

/** Files that systems put next to people's own. */
function isHidden(name: string): boolean {
  return name.startsWith(".") || /^(__MACOSX|@eaDir|Thumbs\.db|desktop\.ini)$/i.test(name);
}
