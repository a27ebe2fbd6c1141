import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, isFolder, makeFolder, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { writeFigures } from "../rendering/write-figures.js";

/**
 * Writes a page, and its figures as SVG and PNG next to it: those of `a.html` in `a-figures`. Everything is written to a
 * temporary folder first, so that a full disk leaves nothing, and an earlier page stays.
 *
 * @throws HeddleError when `path` is a folder or cannot be written
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
    // Into the folder, not in its place: other files in it are not ours.
    for (const name of figures.flatMap((figure) => [`${figure.name}.svg`, `${figure.name}.png`])) {
      await rename(join(aside, "figures", name), join(folder, name));
    }
    // Last: a page exists only with its figures.
    await rename(page, path);
  } catch (thrown) {
    // The temporary files mean nothing to the caller, who knows the path alone.
    const cause = thrown instanceof HeddleError ? thrown.cause : thrown;
    throw fileError(path, "a file that can be written", cause);
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** @throws HeddleError when the path of a page is a folder; check it before the work, not after */
export async function refuseFolder(path: string): Promise<void> {
  if (!(await isFolder(path))) return;
  throw new HeddleError({
    who: `File ${path}`,
    expected: "a file for the page",
    received: "a folder",
    next: `Name a file in it: ${join(path, "report.html")}.`,
  });
}
