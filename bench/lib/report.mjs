// What all subjects share: statistics, tables, and where results go.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${bench}../packages/heddle/package.json`, "utf8"));

/** The machine and the versions, part of every result. */
export const machine = {
  cpu: cpus()[0].model,
  cores: cpus().length,
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  heddle: version,
};

export function median(values) {
  return quantile(values, 0.5);
}

/** The quantile of the values for a `share`, interpolated between two values. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error("bench: nothing was measured");
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  return low + (place % 1) * (sorted[Math.ceil(place)] - low);
}

export function number(value, digits = 0) {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function ratio(value, reference) {
  return `${(value / reference).toFixed(2)} ×`;
}

export function percent(share) {
  return `${Math.round(100 * share)}%`;
}

/** A table in Markdown; all columns after the first `texts` are numbers. */
export function table([head, ...rows], texts = 1) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column < texts ? "---" : "---:"))), ...rows.map(line)];
}

/** The sentence above a table. */
export function caption({ measuredAt, threads, rounds }, what) {
  return (
    `Measured on ${measuredAt.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ` +
    `${threads} ${threads === 1 ? "thread" : "threads"}, Node ${machine.node}; ` +
    `${rounds} ${rounds === 1 ? "round" : "rounds"}; ${what}`
  );
}

/** Reads a result that an earlier measurement wrote; undefined if there is none. */
export function readResult(name) {
  try {
    return JSON.parse(readFileSync(`${bench}results/${name}.json`, "utf8"));
  } catch (thrown) {
    if (thrown.code === "ENOENT") return undefined;
    throw thrown;
  }
}

/**
 * Writes `results/NAME.json` and the lines between NAME's markers in README.md here and, if it has them, in that of the
 * repository; prints the lines. With `out` the raw values go to that folder, and no README changes: for experiments.
 */
export function publish(name, result, lines, out) {
  const folder = out ?? `${bench}results`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(result, null, 1)}\n`);
  console.log(`\n${lines.join("\n")}\n`);
  if (out) return;
  if (!writeBetween(`${bench}README.md`, name, lines))
    throw new Error(`bench: README.md has no markers for ${name}`);
  writeBetween(`${bench}../README.md`, name, lines);
}

/** Replaces what is between a document's markers; false if it has none. */
function writeBetween(path, name, lines) {
  const text = readFileSync(path, "utf8");
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) return false;
  writeFileSync(path, `${text.slice(0, from + start.length)}\n${lines.join("\n")}\n\n${text.slice(to)}`);
  return true;
}
