import { closest } from "@heddle/core/internal/base/closest.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isFolder } from "@heddle/core/internal/base/files-node.js";
import { type CatalogueEntry, catalogue } from "@heddle/core/internal/data/catalogue.js";
import { type FoundForm, findForm } from "./forms.js";
import { folderWithin } from "./idx-folder.js";
import { nearPath } from "./near-path.js";

/** What a dataset's name stands for: images drawn by code, a known dataset, or the data at a path. */
export type ResolvedName =
  | { readonly kind: "generated" }
  | { readonly kind: "known"; readonly entry: CatalogueEntry }
  | { readonly kind: "path"; readonly path: string; readonly found: FoundForm };

/**
 * Resolves the name of a dataset. With `dataDir`, a known name stands for the data in that folder.
 *
 * @param name a name of the catalogue, `fashion-sketch`, or a path
 * @throws HeddleError if nothing has that name, there is no data at that path, or the name and `dataDir` are two places
 */
export async function resolveName(
  name: string,
  {
    dataDir,
    entries = catalogue,
    signal,
  }: {
    dataDir?: string | undefined;
    entries?: readonly CatalogueEntry[] | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<ResolvedName> {
  if (name === "fashion-sketch") {
    if (dataDir !== undefined) throw unusedFolder(dataDir);
    return { kind: "generated" };
  }
  const entry = entries.find((known) => known.name === name);
  if (entry && dataDir === undefined) return { kind: "known", entry };
  if (!entry && dataDir !== undefined) throw twoPlaces(name, dataDir);
  const path = dataDir ?? name;
  const found = await findForm(path, signal);
  if (found && (found.form !== "idx" || found.archive)) return { kind: "path", path, found };
  if (!found && !(await isFolder(path))) {
    const near = await nearPath(path);
    throw entry ? nothingThere(path, near) : unknownDataset(name, entries, near);
  }
  const names = (entry ? [entry] : entries).map((known) => known.name);
  return { kind: "path", path: await folderWithin(path, names), found: { form: "idx" } };
}

/** The error for a name that is neither a known dataset nor a path. */
export function unknownDataset(
  name: string,
  entries: readonly CatalogueEntry[] = catalogue,
  nearPath?: string,
): HeddleError {
  const names = [...entries.map((entry) => entry.name), "fashion-sketch"];
  const near = closest(name, names) ?? nearPath;
  return new HeddleError({
    who: `Dataset "${name}"`,
    expected: `${names.join(", ")}, or the path of a folder, an archive, or a CSV, npz or Parquet file`,
    received: `"${name}", which is none of these`,
    next: correction(name, near, "Correct the name or the path."),
  });
}

function nothingThere(path: string, near: string | undefined): HeddleError {
  return new HeddleError({
    who: path,
    expected: "a folder or file with data",
    received: "no file or folder of that name",
    next: correction(path, near, "Correct the path."),
  });
}

/** `https://…`, `s3://…`; no drive of Windows, whose name is a letter. */
const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i;

function correction(path: string, near: string | undefined, otherwise: string): string {
  if (ADDRESS.test(path)) return "Download it, and use the path of the file or folder.";
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}

function twoPlaces(name: string, dataDir: string): HeddleError {
  return new HeddleError({
    who: `Dataset "${name}"`,
    expected: "one place, because this is not a known dataset but a path",
    received: `${dataDir} too`,
    next: "Remove `dataDir`, or use the name of a known dataset.",
  });
}

function unusedFolder(dataDir: string): HeddleError {
  return new HeddleError({
    who: 'Dataset "fashion-sketch"',
    expected: "no folder, because it is drawn by code",
    received: dataDir,
    next: "Remove `dataDir`.",
  });
}
