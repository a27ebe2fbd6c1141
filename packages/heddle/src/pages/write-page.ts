import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, isFolder, makeFolder, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { writeFigures } from "../rendering/write-figures.js";

/**
 * Writes a page with its figures beside it, as SVG and PNG in the folder of the same name without extension and with
 * `-figures`. All of it is written aside first: a disk that is full leaves nothing, and the page before stays.
 *
 * @throws HeddleError when `path` is a folder's or cannot be written
 */
export async function writePage(path: string, html: string, figures: readonly Figure[]): Promise<void> {
  await refuseFolder(path);
  const folder = join(dirname(path), `${basename(path, extname(path))}-figures`);
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  const page = join(aside, basename(path));
  try {
    await writeFigures(join(aside, "figures"), figures);
    await writeFileAtomic(page, html);
    await makeFolder(folder);
    // Into the folder, not in its place: what else lies there is not ours.
    for (const name of figures.flatMap((figure) => [`${figure.name}.svg`, `${figure.name}.png`])) {
      await rename(join(aside, "figures", name), join(folder, name));
    }
    // Last: a page is there only with its figures.
    await rename(page, path);
  } catch (thrown) {
    // The files aside mean nothing to whoever gave the path.
    const cause = thrown instanceof HeddleError ? thrown.cause : thrown;
    throw fileError(path, "a file that can be written", cause);
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** @throws HeddleError when a page's path is that of a folder: said before the work, not behind it */
export async function refuseFolder(path: string): Promise<void> {
  if (!(await isFolder(path))) return;
  throw new HeddleError({
    who: `File ${path}`,
    expected: "a file for the page",
    received: "a folder",
    next: `Name a file in it: ${join(path, "report.html")}.`,
  });
}
