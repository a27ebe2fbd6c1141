import { isJsonObject, parseJsonText } from "@heddle/core/internal/base/json.js";
import { isMissing } from "@heddle/core/internal/data/csv/cells.js";
import { wholeNumberText } from "@heddle/core/internal/data/csv/labels.js";
import { namedLabel } from "@heddle/core/internal/data/csv/names.js";
import type { SourceFolder } from "../source-folder.js";
import { type PictureLabel, type PictureLabels, splitOfPath, withoutEnding } from "./picture-labels.js";

/** A file that holds a label, or little more. */
const MAXIMUM_BYTES = 2 ** 20;

/**
 * The labels of WebDataset: beside each picture a file of its name that holds its label, `.cls` as text or `.json` with a key
 * such as `label`.
 *
 * @param files the files beside the pictures
 * @returns undefined if no picture has such a file
 */
export async function sidecarLabels(
  source: Pick<SourceFolder, "read">,
  files: readonly string[],
  pictures: readonly string[],
): Promise<PictureLabels | undefined> {
  const named = new Map(files.map((file) => [file.toLowerCase(), file]));
  const beside = (path: string, ending: string) =>
    named.get(`${withoutEnding(path)}.${ending}`.toLowerCase());
  for (const ending of ["cls", "json"]) {
    // JSON beside pictures in folders of classes is about something else.
    if (ending === "json" && pictures.some(isInClass)) continue;
    const pairs = pictures.map((path) => ({ path, file: beside(path, ending) }));
    if (!pairs.some(({ file }) => file !== undefined)) continue;
    const labels: PictureLabel[] = [];
    for (const { path, file } of pairs) {
      const label = file === undefined ? undefined : await labelIn(source, file);
      labels.push({ path, label });
    }
    // It may hold anything, such as when a photo was taken.
    if (!labels.some(({ label }) => label !== undefined)) continue;
    const own = new Set(pairs.flatMap(({ file }) => (file === undefined ? [] : [file])));
    return { labels, source: `the .${ending} file of each picture`, files: own, leftOut: [] };
  }
  return undefined;
}

async function labelIn(source: Pick<SourceFolder, "read">, file: string): Promise<string | undefined> {
  const text = new TextDecoder().decode(await source.read(file, { maximumBytes: MAXIMUM_BYTES }));
  const label = /\.json$/i.test(file) ? labelOfJson(text) : text;
  return label === undefined || isMissing(label) ? undefined : wholeNumberText(label.trim());
}

function labelOfJson(text: string): string | undefined {
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const names = Object.keys(value);
  const at = names.includes("cls") ? names.indexOf("cls") : namedLabel(names, [...names.keys()]);
  const label = at === undefined ? undefined : value[names[at]!];
  return typeof label === "string" || typeof label === "number" ? String(label) : undefined;
}

/** Whether a picture lies in a folder that could be a class. */
function isInClass(path: string): boolean {
  return path.includes("/") && splitOfPath(path) === undefined;
}
