import { HeddleError } from "./errors.js";
import type { WritePlace } from "./write-place.js";

function noFiles(path: string): HeddleError {
  return new HeddleError({
    who: `File ${path}`,
    expected: "Node, where files can be read and written by path",
    received: "a browser",
    next: "Pass the bytes themselves instead of a path.",
  });
}

/** Whether files can be read by path. */
export const readsPaths: boolean = false;

/** Throws: a browser has no paths. */
export function pathOfUrl(url: URL): string {
  throw noFiles(url.href);
}

/** Rejects: a browser cannot read files by path. */
export async function readFileBytes(
  path: string,
  _options?: { readonly maximumBytes?: number },
): Promise<Uint8Array> {
  throw noFiles(path);
}

/** Rejects: a browser cannot read files by path. */
export async function readTextFile(path: string): Promise<string> {
  throw noFiles(path);
}

/** Rejects: a browser cannot write files by path. */
export async function writeFileAtomic(
  path: string,
  _content: Uint8Array | string,
  _place?: WritePlace,
): Promise<void> {
  throw noFiles(path);
}

/** Rejects: a browser cannot look for files by path. */
export async function fileExists(path: string): Promise<boolean> {
  throw noFiles(path);
}

/** Rejects: a browser cannot write files by path. */
export async function appendToFile(path: string, _content: Uint8Array, _place?: WritePlace): Promise<void> {
  throw noFiles(path);
}

/** Rejects: a browser cannot remove files by path. */
export async function removeFile(path: string): Promise<void> {
  throw noFiles(path);
}

/** The names of what is in a folder: of none, since a browser has no folders. */
export async function namesIn(_path: string): Promise<readonly string[] | undefined> {
  return undefined;
}
