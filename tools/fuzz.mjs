// Passes files that are nearly right to every parser, and looks for anything but a clear refusal: crashes, hangs, memory,
// prototype pollution, files written elsewhere, damage that is accepted where the format could tell.
// usage: node tools/fuzz.mjs [--inputs N: of each target] [--seconds N: of each target] [--target NAME] [--seed N]
//        [--from N] [--keep DIR: for inputs with findings] [--write: the rows of docs/reliability.md]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { tableOf, writeTable, writtenTable } from "./fuzz/page.mjs";
import { fuzz } from "./fuzz/run.mjs";
import { targets } from "./fuzz/targets.mjs";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seconds: { type: "string", default: "Infinity" },
    target: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    keep: { type: "string", default: "fuzz-findings" },
    write: { type: "boolean", default: false },
  },
});
const chosen = targets.filter(({ name }) => values.target === undefined || values.target.includes(name));
if (chosen.length === 0) {
  console.error(
    `fuzz: no target ${values.target}. Choose among ${targets.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(2);
}
const [inputs, seconds, seed, from] = [values.inputs, values.seconds, values.seed, values.from].map(Number);
const { version } = JSON.parse(
  readFileSync(new URL("../packages/heddle/package.json", import.meta.url), "utf8"),
);
const results = [];
for (const { name, perProcess } of chosen) {
  const result = await fuzz(name, { inputs, seconds, seed, from, keep: values.keep, perProcess });
  results.push(result);
  const { accepted, refused, findings } = result;
  console.log(
    `${name}: ${result.inputs} inputs, ${accepted} accepted, ${refused} refused, ${findings.length} findings`,
  );
  for (const { finding, command } of findings)
    console.log(`  ${finding.split("\n").slice(0, 6).join("\n    ")}\n  ${command}`);
  // After each target, because all of them take hours.
  if (values.write)
    writeTable(tableOf(results, targets, { seed, version, node: process.versions.node }, writtenTable()));
}
if (results.some(({ findings }) => findings.length > 0)) process.exitCode = 1;
