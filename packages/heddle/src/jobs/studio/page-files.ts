import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Where `npm run build:studio` puts the page. */
const PAGE_FOLDER = fileURLToPath(new URL("../../studio/", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/** Tells the page that a server gives it data. */
const SERVED = '<meta name="heddle-server" content="1">';

/**
 * The files of the page by their paths, all in memory: what is not among them cannot be asked for. `index.html` says that
 * it is served.
 *
 * @throws HeddleError when the page has not been built
 */
export async function pageFiles(folder: string = PAGE_FOLDER): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    files.set(name, {
      type: TYPES[extname(name)] ?? "application/octet-stream",
      bytes: await readFile(path),
    });
  }
  const index = files.get("index.html");
  if (!index) {
    throw new HeddleError({
      who: folder,
      expected: "the built page of the studio",
      received: "none",
      next: "In a clone of the repository, run npm run build:studio; otherwise install heddle again.",
    });
  }
  const html = new TextDecoder().decode(index.bytes).replace("<head>", `<head>${SERVED}`);
  return files.set("index.html", { ...index, bytes: new TextEncoder().encode(html) });
}
