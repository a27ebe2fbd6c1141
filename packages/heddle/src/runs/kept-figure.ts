import { join } from "node:path";
import { isFile, readTextFile, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import type { RunFolder } from "./run-folder.js";

/** Writes a figure that cannot be drawn again without the images: `figures/NAME.svg` and `.png`, and `.json` with the rest that a report needs. */
export async function keepFigure(folder: RunFolder, figure: Figure): Promise<void> {
  const { title, alt, darkSvg } = figure;
  await folder.writeFigure(figure);
  await writeFileAtomic(
    join(folder.path, "figures", `${figure.name}.json`),
    `${JSON.stringify({ title, alt, darkSvg })}\n`,
    folder.place,
  );
}

/**
 * Reads a figure that {@link keepFigure} wrote; `undefined` if one of its files is missing, is damaged, or holds
 * anything that a grid of images does not: a page with a stranger's figure must not run a stranger's script.
 */
export async function readKeptFigure(folder: RunFolder, name: string): Promise<Figure | undefined> {
  const path = (ending: string) => join(folder.path, "figures", `${name}.${ending}`);
  if (!(await isFile(path("svg"))) || !(await isFile(path("json")))) return undefined;
  try {
    const svg = await readTextFile(path("svg"));
    const fields = JsonFields.parse(path("json"), await readTextFile(path("json")));
    const darkSvg = fields.string("darkSvg");
    if (!isPlainDrawing(svg) || !isPlainDrawing(darkSvg)) return undefined;
    return { name, title: fields.string("title"), alt: fields.string("alt"), svg, darkSvg };
  } catch {
    return undefined;
  }
}

const TOKEN = /<(svg|g|rect|text|image)((?:\s+[a-zA-Z:-]+="[^"<>]*")*)\s*\/?>|<\/(?:svg|g|text)>|[^<]+/y;

/** Whether an SVG has only boxes, texts and PNGs, and nothing that runs or loads. */
export function isPlainDrawing(svg: string): boolean {
  if (!svg.startsWith("<svg ")) return false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < svg.length) {
    const token = TOKEN.exec(svg);
    if (token === null) return false;
    for (const [, name, value] of (token[2] ?? "").matchAll(/([a-zA-Z:-]+)="([^"]*)"/g)) {
      if (!isPlainAttribute(name!.toLowerCase(), value!)) return false;
    }
  }
  return true;
}

function isPlainAttribute(name: string, value: string): boolean {
  if (name.startsWith("on")) return false;
  if (name.endsWith("href")) return value.startsWith("data:image/png;base64,");
  return !/url\s*\(|expression|import|&#/i.test(value);
}
