// Attacks the real command with files, names, signals, processes and disks drawn at random, and checks what must hold.
// usage: node tools/reliability/attack.mjs [--minutes 60] [--count N] [--seed N] [--only KIND,…] [--write: the table of
//        docs/reliability.md]
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { attack, KINDS } from "./attack/attack.mjs";
import { tableOf, writeTable } from "./attack/page.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    count: { type: "string", default: "Infinity" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const only = values.only?.split(",");
const unknown = only?.find((name) => !(name in KINDS));
if (unknown !== undefined) {
  console.error(`attack: no kind ${unknown}. Choose among ${Object.keys(KINDS).join(", ")}.`);
  process.exit(2);
}
const kinds = Object.fromEntries(Object.entries(KINDS).filter(([name]) => only?.includes(name) ?? true));
const [seed, count, minutes] = [values.seed, values.count, values.minutes].map(Number);
console.log(`seed ${seed}`);
const began = performance.now();
const results = await attack({ seed, count, minutes, kinds, tell: (line) => console.log(line) });
const table = tableOf(results);
console.log(table);
for (const { command } of results.faults) console.log(command);
if (results.faults.length > 0) process.exitCode = 1;
if (values.write) {
  const { version } = JSON.parse(
    readFileSync(new URL("../../packages/heddle/package.json", import.meta.url), "utf8"),
  );
  const ran = Math.round((performance.now() - began) / 60_000);
  const machine = `Heddle ${version}, Node ${process.versions.node}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores`;
  const day = new Date().toISOString().slice(0, 10);
  writeTable(
    `\`node tools/reliability/attack.mjs --minutes ${ran} --seed ${seed}\` (${machine}, ${day}):\n\n${table}`,
  );
}
