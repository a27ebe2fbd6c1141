// The tables of docs/keras-differences.md: made from comparisons, read for the tests, written by tools/keras-table.mjs.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../../docs/keras-differences.md", import.meta.url);
const marked = /(<!-- golden -->\n)([\s\S]*?)(<!-- end of golden -->)/;

/** How the page is written again. */
export const COMMAND = "npm run build && node tools/keras-table.mjs";

/** The tables in their order, by the names that tests give as `part`. */
const HEADINGS = {
  layers: "Layers",
  activations: "Activations",
  preprocessing: "Preprocessing layers",
  losses: "Losses",
  metrics: "Metrics",
  optimizers: "Optimizers",
  schedules: "Schedules",
  regularizers: "Regularizers",
  constraints: "Constraints",
  fit: "Training with `fit`",
  models: "Whole models, ten training steps",
};

/** What is compared, in the order of a pass. */
const PASS = ["outputs", "values", "gradients", "losses", "weights", "averages", "moving statistics"];

/**
 * A comparison as packages/core/src/base/golden.testing.ts records it.
 * @typedef {{ part: string, row: string, id: string | number, what: string, kernels?: string, error: number }} Comparison
 */

/**
 * The tables in Markdown.
 *
 * @param {readonly Comparison[]} comparisons
 * @param {Readonly<Record<string, number>>} kerasInF32 how far Keras in f32 is from itself in f64, for each whole model
 */
export function tablesOf(comparisons, kerasInF32 = {}) {
  const unknown = comparisons.find(({ part }) => !(part in HEADINGS));
  if (unknown) throw new Error(`keras-table: no heading for "${unknown.part}" of ${unknown.row}`);
  return Object.entries(HEADINGS)
    .map(([part, heading]) => {
      const own = comparisons.filter((one) => one.part === part);
      const text = part === "models" ? modelTable(own, kerasInF32) : table(own);
      return `### ${heading}\n\n${text}\n`;
    })
    .join("\n");
}

function table(comparisons) {
  const rows = rowsOf(comparisons).map(([name, own]) => {
    const cases = new Set(own.map(({ id }) => id)).size;
    return [`\`${name}\``, cases, compared(own), largest(own)];
  });
  return lines([
    ["", "cases", "compared", "largest relative error"],
    ["---", "---:", "---", "---:"],
    ...rows,
  ]);
}

function modelTable(comparisons, kerasInF32) {
  const rows = rowsOf(comparisons).map(([name, own]) => {
    const by = (kernels) => largest(own.filter((one) => one.kernels === kernels));
    return [name, compared(own), by("strict"), by("fma"), kerasInF32[name].toExponential(1)];
  });
  const head = ["", "compared", "largest relative error, strict", "with `fast`", "Keras itself in 32 bits"];
  return lines([head, ["---", "---", "---:", "---:", "---:"], ...rows]);
}

function rowsOf(comparisons) {
  const rows = new Map();
  for (const one of comparisons) rows.set(one.row, [...(rows.get(one.row) ?? []), one]);
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

function compared(comparisons) {
  const place = (what) => (PASS.includes(what) ? PASS.indexOf(what) : PASS.length);
  // "gradients: dense/kernel" are gradients.
  const whats = [...new Set(comparisons.map(({ what }) => what.split(":")[0]))].sort();
  return whats.sort((a, b) => place(a) - place(b)).join(", ");
}

function largest(comparisons) {
  const error = Math.max(...comparisons.map((one) => one.error));
  return error === 0 ? "0" : error.toExponential(1);
}

function lines(rows) {
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * The rows that the page has now.
 *
 * @returns {{ heading: string, name: string, cases: number, errors: number[] }[]}
 */
export function committedRows() {
  const rows = [];
  let heading = "";
  for (const line of committed().split("\n")) {
    if (line.startsWith("### ")) heading = line.slice(4);
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells.length < 5 || cells[1] === "" || cells[1].startsWith("---")) continue;
    const errors = cells.slice(2).filter((cell) => /^(0|\d\.\de[+-]\d+)$/.test(cell));
    const name = cells[1].replaceAll("`", "");
    rows.push({ heading, name, cases: Number(cells[2]), errors: errors.map(Number) });
  }
  return rows;
}

/** What stands between the page's markers. */
export function committed() {
  const [, , text] = marked.exec(readFileSync(path, "utf8")) ?? [];
  if (text === undefined) throw new Error("docs/keras-differences.md has lost its markers for the tables");
  return text;
}

/**
 * Puts Markdown between the page's markers.
 *
 * @param {string} markdown
 */
export function writeTables(markdown) {
  committed();
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(marked, (_, start, __, end) => `${start}${markdown}${end}`),
  );
}
