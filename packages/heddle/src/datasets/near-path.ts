import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { closest } from "@heddle/core/internal/base/closest.js";

/** The path that one without a file or folder was probably meant to be, by the names next to it. */
export async function nearPath(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => []);
  const near = closest(
    basename(path),
    names.filter((name) => !name.startsWith(".")),
  );
  return near === undefined ? undefined : join(dirname(path), near);
}
