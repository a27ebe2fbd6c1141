import { rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { asideOf, removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  fileError,
  fileExists,
  isFolder,
  makeFolder,
  refuseLinks,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { writeFigures } from "../rendering/write-figures.js";
import { refuseOther } from "../system/ours.js";
import { GENERATOR } from "./render-page.js";

/**
 * Writes a page, and its figures as SVG and PNG next to it: those of `a.html` in `a-figures`. Everything is written to a
 * temporary folder first, so that a full disk leaves nothing, and an earlier page stays.
 *
 * @throws HeddleError when `path` is anything but an earlier page, or cannot be written; AbortedError on `signal`
 */
export async function writePage(
  path: string,
  html: string,
  figures: readonly Figure[],
  signal?: AbortSignal,
): Promise<void> {
  await checkPagePath(path);
  const folder = join(dirname(path), `${basename(path, extname(path))}-figures`);
  const aside = await asideOf(path, "tmp");
  const page = join(aside, basename(path));
  try {
    await removeLeftovers(dirname(path));
    await writeFigures(join(aside, "figures"), figures, { signal });
    await writeFileAtomic(page, html);
    await refuseLinks(dirname(path), folder);
    const names = figures.flatMap((figure) => [`${figure.name}.svg`, `${figure.name}.png`]);
    if (!(await fileExists(path))) await refuseOtherFigures(folder, names);
    await makeFolder(folder);
    // First: where there is a page, its figures are ours. It shows them by itself.
    await rename(page, path);
    // Into the folder, not in its place: other files in it are not ours.
    for (const name of names) await rename(join(aside, "figures", name), join(folder, name));
  } catch (thrown) {
    if (thrown instanceof AbortedError) throw thrown;
    if (thrown instanceof HeddleError && thrown.cause === undefined) throw thrown;
    // The temporary files mean nothing to the caller, who knows the path alone.
    const cause = thrown instanceof HeddleError ? thrown.cause : thrown;
    throw fileError(path, "a file that can be written", cause);
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Refuses to replace figures in a folder next to no page: they are somebody else's. */
async function refuseOtherFigures(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!(await fileExists(join(folder, name)))) continue;
    throw new HeddleError({
      who: `Folder ${folder}`,
      expected: "no figures, because there is no page that they belong to",
      received: name,
      next: "Move it to another place, or choose another path for the page.",
    });
  }
}

/**
 * Checks that a page may be written to a path; call it before the work, not after.
 *
 * @throws HeddleError when there is a folder, a file that is not a page of Heddle's, or no way to make its folder
 */
export async function checkPagePath(path: string): Promise<void> {
  checkPath("Page", path);
  await refuseFileAbove(path);
  if (!(await isFolder(path))) return refuseOther(path, "a page of Heddle's", isPage);
  throw new HeddleError({
    who: `File ${path}`,
    expected: "a file for the page",
    received: "a folder",
    next: `Name a file in it: ${join(path, "report.html")}.`,
  });
}

/** Refuses a path below what is not a folder. */
async function refuseFileAbove(path: string): Promise<void> {
  let above = dirname(resolve(path));
  while (!(await fileExists(above)) && !(await isFolder(above)) && above !== dirname(above))
    above = dirname(above);
  if (await isFolder(above)) return;
  throw new HeddleError({
    who: `File ${path}`,
    expected: "a folder above it",
    received: `the file ${above}`,
    next: "Choose another folder.",
  });
}

function isPage(text: string): boolean {
  return text.slice(0, 1000).includes(GENERATOR);
}
