// Prints which kernels V8's 256-bit pass merges, and why it leaves others alone.
// usage: node tools/merges.mjs [--write: into docs/performance.md] NODE…
// NODE is the path of a Node 24 or newer: node tools/node-versions.mjs 24.21.0 installs one and prints its path.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { variants } from "./kernels/compile.mjs";
import { mergesOf } from "./kernels/merges.mjs";

const PAGE = new URL("../docs/performance.md", import.meta.url);
const [START, END] = ["<!-- merges -->\n", "<!-- end of merges -->"];

const { values, positionals: nodes } = parseArgs({
  options: { write: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (nodes.length === 0) throw new Error("merges: expected the path of a Node 24 or newer");

/** Function → what became of it in each column. */
const rows = new Map();
const columns = [];
for (const node of nodes) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim().slice(1);
  for (const variant of Object.keys(variants)) {
    for (const { name, nodes: wide, reasons } of await mergesOf(node, variant)) {
      const row = rows.get(name) ?? new Map();
      row.set(columns.length, wide > 0 ? "yes" : `no: ${reasons.join(", ") || "no neighbouring stores"}`);
      rows.set(name, row);
    }
    columns.push(`Node ${version}, ${variant}`);
  }
}
/** One word where it is the same everywhere. */
function outcome(row) {
  const cells = columns.map((_, column) => row.get(column) ?? "not there");
  return new Set(cells).size === 1
    ? cells[0]
    : columns.map((column, index) => `${column}: ${cells[index]}`).join("; ");
}

const lines = [
  `${columns.join("; ")}:`,
  "",
  "| function | merged? |",
  "| --- | --- |",
  ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, row]) => `| \`${name}\` | ${outcome(row)} |`),
];
console.log(lines.join("\n"));
if (values.write) {
  const text = readFileSync(PAGE, "utf8");
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`merges: docs/performance.md lacks ${START.trim()} … ${END}`);
  writeFileSync(PAGE, `${text.slice(0, from + START.length)}\n${lines.join("\n")}\n\n${text.slice(to)}`);
}
