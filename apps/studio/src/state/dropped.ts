import type { DroppedFile } from "../worker/files/entries";
import type { Source } from "../worker/protocol";

/** So many files are looked up and handed over at a time: thousands at once would keep the page busy. */
const AT_ONCE = 100;

/** A source whose files the worker has, where they are many. @param take hands some files to the worker */
export async function handedOver(
  source: Source,
  take: (files: readonly DroppedFile[]) => Promise<void>,
): Promise<Source> {
  if (source.kind !== "files" || source.files.length <= AT_ONCE) return source;
  for (let at = 0; at < source.files.length; at += AT_ONCE) await take(source.files.slice(at, at + AT_ONCE));
  return { ...source, files: [] };
}

/** The files that somebody chose in a dialogue, of single files or of a folder. */
export function chosenFiles(files: FileList | null): readonly DroppedFile[] {
  return [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** The files that somebody dropped, those within folders included. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly DroppedFile[]> {
  // The list of items is empty after the first wait.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  return filesOf(entries);
}

/** The files among entries and below them, looked up some at a time: between them the page answers. */
async function filesOf(entries: readonly FileSystemEntry[]): Promise<readonly DroppedFile[]> {
  const files: DroppedFile[] = [];
  const single = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
  for (let at = 0; at < single.length; at += AT_ONCE) {
    files.push(...(await Promise.all(single.slice(at, at + AT_ONCE).map(fileOf))));
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await filesOf(await entriesOf(entry as FileSystemDirectoryEntry))));
  }
  return files;
}

async function fileOf(entry: FileSystemFileEntry): Promise<DroppedFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return { path: entry.fullPath.replace(/^\//, ""), file };
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}
