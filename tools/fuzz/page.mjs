// The table of docs/reliability.md.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../../docs/reliability.md", import.meta.url);
const marked = /(<!-- fuzz -->\n)([\s\S]*?)(<!-- end of fuzz -->)/;

/** @param {number} value */
const digits = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

const tells = {
  none: "only its grammar",
  rules: "the rules for its values",
  sizes: "sizes that must agree",
  checksum: "a checksum",
};

/**
 * @param {readonly import("./run.mjs").Result[]} results
 * @param {readonly import("./targets.mjs").Target[]} targets
 * @param {{ seed: number, version: string, node: string }} run
 * @param {string} before the table so far, whose rows of targets without a result stay
 */
export function tableOf(results, targets, { seed, version, node }, before = "") {
  let total = 0;
  const rows = targets.flatMap(({ name, what, redundancy }) => {
    const result = results.find((one) => one.name === name);
    const start = `| ${what} | ${tells[redundancy]} | `;
    const old = before.split("\n").find((line) => line.startsWith(start));
    if (!result && !old) return [];
    const counts = result
      ? [result.inputs, result.accepted, result.refused, result.findings.length].map(digits)
      : (old ?? "").slice(start.length, -2).split(" | ");
    total += Number(counts[0]?.replaceAll(",", ""));
    return [`${start}${counts.join(" | ")} |`];
  });
  return [
    `Heddle ${version}, Node ${node}, seed ${seed}: ${digits(total)} inputs.`,
    "",
    "| what was read | what detects damage | inputs | accepted | refused | findings |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
}

/** The page's table so far. */
export const writtenTable = () => marked.exec(readFileSync(path, "utf8"))?.[2] ?? "";

/** Writes the table between its marks. @param {string} table */
export function writeTable(table) {
  const page = readFileSync(path, "utf8");
  if (!marked.test(page)) throw new Error("docs/reliability.md: the marks <!-- fuzz --> are missing");
  writeFileSync(
    path,
    page.replace(marked, (_, open, __, close) => `${open}\n${table}\n${close}`),
  );
}
