// The table of docs/reliability.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const path = new URL("../../docs/reliability.md", import.meta.url);
const marked = /(<!-- fuzz -->\n)([\s\S]*?)(<!-- end of fuzz -->)/;

/** @param {number} value */
const digits = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * @param {readonly import("./run.mjs").Result[]} results
 * @param {readonly import("./targets.mjs").Target[]} targets
 * @param {{ seed: number, version: string, node: string }} run
 */
export function tableOf(results, targets, { seed, version, node }) {
  const tells = {
    none: "nothing but its grammar",
    rules: "what values may be",
    sizes: "sizes that must agree",
    checksum: "a checksum",
  };
  const rows = results.map(({ name, inputs, accepted, refused, findings }) => {
    const target = targets.find((one) => one.name === name);
    const cells = [
      target?.what ?? name,
      target ? tells[target.redundancy] : "",
      digits(inputs),
      digits(accepted),
    ];
    return `| ${[...cells, digits(refused), digits(findings.length)].join(" | ")} |`;
  });
  const total = results.reduce((sum, { inputs }) => sum + inputs, 0);
  return [
    `Heddle ${version}, Node ${node}, seed ${seed}: ${digits(total)} inputs.`,
    "",
    "| what was read | what tells damage | inputs | accepted | refused | findings |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
}

/** Writes the table between its marks. @param {string} table */
export function writeTable(table) {
  const page = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (!marked.test(page)) throw new Error("docs/reliability.md: the marks <!-- fuzz --> are missing");
  writeFileSync(
    path,
    page.replace(marked, (_, open, __, close) => `${open}\n${table}\n${close}`),
  );
}
