import { words } from "../../words";

/** The folder of all runs in the browser's own file system, which no other site sees. */
const FOLDER = "runs";

/** Files of runs by their paths: `2026-03-04-153012-boots/run.json`. */
export interface KeptFiles {
  /** The ids of all runs, in their order. */
  ids(): Promise<readonly string[]>;
  /** The paths of a run's files, below its folder. */
  names(id: string): Promise<readonly string[]>;
  /** A file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes a file whole or not at all. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Removes a file, or a run with everything that it has. */
  remove(path: string): Promise<void>;
  /**
   * Takes a run, so that no other page or program works on it; a page that ends lets it go.
   *
   * @returns what lets it go
   * @throws where another one has it
   */
  lock(id: string): Promise<() => void>;
}

/** A text file; undefined where there is none. */
export async function readText(files: KeptFiles, path: string): Promise<string | undefined> {
  const bytes = await files.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** The browser's own file system. */
export class BrowserFiles implements KeptFiles {
  private constructor(private readonly root: FileSystemDirectoryHandle) {}

  /**
   * Opens the browser's own file system.
   *
   * @throws where it has none or refuses it, as some private windows do
   */
  static async open(): Promise<BrowserFiles> {
    const storage = await navigator.storage.getDirectory();
    return new BrowserFiles(await storage.getDirectoryHandle(FOLDER, { create: true }));
  }

  async ids(): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const [name, handle] of entriesOf(this.root)) if (handle.kind === "directory") ids.push(name);
    return ids.sort();
  }

  async names(id: string): Promise<readonly string[]> {
    return namesBelow(await this.root.getDirectoryHandle(id), "");
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      const { folder, name } = await this.placeOf(path, false);
      const file = await (await folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  /** The file is replaced when the new one has been written. */
  async write(path: string, content: Uint8Array | string): Promise<void> {
    const { folder, name } = await this.placeOf(path, true);
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    try {
      // Browsers do not write from memory that is shared.
      await file.write(typeof content === "string" ? content : content.slice());
    } catch (thrown) {
      await file.abort().catch(() => {});
      throw thrown;
    }
    await file.close();
  }

  async remove(path: string): Promise<void> {
    const { folder, name } = await this.placeOf(path, false);
    await folder.removeEntry(name, { recursive: true });
  }

  async lock(id: string): Promise<() => void> {
    let release = () => {};
    const isFree = await new Promise<boolean>((resolve, reject) => {
      navigator.locks
        .request(`heddle run ${id}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock && new Promise<void>((done) => (release = done));
        })
        .catch(reject);
    });
    if (!isFree) throw new Error(words.runs.elsewhere(id));
    return release;
  }

  private async placeOf(path: string, create: boolean) {
    const parts = path.split("/");
    const name = parts.pop()!;
    let folder = this.root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return { folder, name };
  }
}

async function namesBelow(folder: FileSystemDirectoryHandle, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const [name, handle] of entriesOf(folder)) {
    if (handle.kind === "file") names.push(`${prefix}${name}`);
    else names.push(...(await namesBelow(handle as FileSystemDirectoryHandle, `${prefix}${name}/`)));
  }
  return names.sort();
}

/** The entries of a folder, which TypeScript's types do not know yet. */
function entriesOf(folder: FileSystemDirectoryHandle) {
  return (folder as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries();
}

function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof DOMException && (thrown.name === "NotFoundError" || thrown.name === "TypeMismatchError")
  );
}
