import type { OpenedData } from "../protocol";
import { tell } from "../rpc";
import type { DroppedFile } from "./entries";

/** How often the page is told how many have been read. */
const TELL_MS = 100;

/** Reads dropped files, and tells how many pictures of them have been read. */
export async function readDropped(files: readonly DroppedFile[]): Promise<OpenedData> {
  // Loaded when it is needed: most visits read no files.
  const { readFiles } = await import("./read-files");
  let told = 0;
  const { dataset, notes, leftOut } = await readFiles(files, (done, total) => {
    if (done < total && performance.now() - told < TELL_MS) return;
    told = performance.now();
    tell({ kind: "reading", done, total });
  });
  return { ...dataset, notes, leftOut };
}
