// The table of docs/reliability.md.
import { readFileSync, writeFileSync } from "node:fs";
import { KINDS } from "./attack.mjs";

const path = new URL("../../../docs/reliability.md", import.meta.url);
const marked = /(<!-- attack -->\n)[\s\S]*?(<!-- end of attack -->)/;

/** @param {import("./attack.mjs").Results} results */
export function tableOf({ kinds, faults }) {
  const rows = [...kinds].map(([name, { attacks, held }]) => {
    const found = faults.filter(({ kind }) => kind === name).length;
    return `| ${name} | ${KINDS[name]?.what ?? ""} | ${attacks} | ${held} | ${found} |`;
  });
  return [
    "| kind | what must hold | attacks | held | faults |",
    "| --- | --- | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

/** Writes the table between its marks. @param {string} text */
export function writeTable(text) {
  const page = readFileSync(path, "utf8");
  if (!marked.test(page)) throw new Error("docs/reliability.md: the marks <!-- attack --> are missing");
  writeFileSync(
    path,
    page.replace(marked, (_, open, close) => `${open}\n${text}\n\n${close}`),
  );
}
