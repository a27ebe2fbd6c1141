// Trains one workload on several numbers of threads, versions of Node, kernels, and in Chromium, and writes the
// SHA-256 of all weights into docs/reproducibility.md; some rows are of a training that was killed and resumed. Fails,
// and writes nothing, unless each variant of the kernels has one hash everywhere. What is not available here is named, and skipped.
// usage: node tools/reproducibility.mjs [--nodes 20,22,24,26] [--folder DIR: where those are installed and kept]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installNode, nodesFolder } from "./node-versions.mjs";
import { chromium, trainInChromium } from "./reproducibility/in-chromium.mjs";
import { writeHashes } from "./reproducibility/page.mjs";
import { WORKLOAD } from "./reproducibility/workload.mjs";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "20,22,24,26" },
    folder: { type: "string", default: nodesFolder },
  },
});
const variants = ["strict", "fma"];
const inNode = fileURLToPath(new URL("reproducibility/in-node.mjs", import.meta.url));
const { version } = JSON.parse(
  readFileSync(new URL("../packages/core/package.json", import.meta.url), "utf8"),
);

/** One row per place: `{ where, threads, strict, fma }`. */
const rows = [];
const skipped = [];

for (const threads of [1, 2, 3, 4, 8]) addNode(process.execPath, threads);
addResumed([process.execPath, process.execPath], 1, 4);
const others = [];
for (const major of values.nodes.split(",")) {
  if (major === process.versions.node.split(".")[0]) continue;
  const binary = otherNode(major);
  if (!binary) continue;
  others.push(binary);
  for (const threads of [1, 4]) addNode(binary, threads);
  // Where Node can merge vectors, it does so by default.
  if (Number(major) >= 24) addNode(binary, 2, { HEDDLE_WIDE: "0" });
}
// In both directions: a newer Node reads what an older one wrote, and the reverse.
for (const binary of others) {
  addResumed([process.execPath, binary], 1, 4);
  addResumed([binary, process.execPath], 4, 1);
}
if (chromium) for (const isolated of [true, false]) await addChromium(isolated);
else skip("Chromium: none found; the environment variable CHROMIUM names one");

const faults = variants.filter((variant) => new Set(rows.map((row) => row[variant])).size !== 1);
if (faults.length > 0) {
  console.error(`Not reproducible: ${faults.join(" and ")} gave several hashes. The page stays as it is.`);
  process.exitCode = 1;
} else {
  writeHashes(markdown());
  console.log("docs/reproducibility.md: written");
}

/** Trains both variants in fresh processes. */
function addNode(binary, threads, settings = {}) {
  const row = { where: `Node ${versionOf(binary)}`, threads };
  const widths = variants.map((variant) => {
    const env = { ...process.env, ...settings };
    const output = execFileSync(binary, [inNode, String(threads), variant], { encoding: "utf8", env });
    const result = JSON.parse(output);
    take(row, variant, result);
    return result.width;
  });
  row.where += `, vectors of ${[...new Set(widths)].join(" and ")} bits`;
  add(row);
}

/** Trains both variants, kills them in their second epoch, and resumes them in fresh processes of the second binary. */
function addResumed([binary, binaryAfter], threads, threadsAfter) {
  const on = binaryAfter === binary ? "" : ` on Node ${versionOf(binaryAfter)}`;
  const where = `Node ${versionOf(binary)}, killed in the second epoch and resumed${on}`;
  const row = { where, threads: `${threads}, then ${threadsAfter}` };
  for (const variant of variants) {
    const folder = mkdtempSync(join(tmpdir(), "heddle-resumed-"));
    try {
      const killed = spawnSync(binary, [inNode, String(threads), variant, folder, "kill"]);
      if (killed.signal !== "SIGKILL") throw new Error(`${where}: the first process was not killed`);
      const words = [inNode, String(threadsAfter), variant, folder];
      take(row, variant, JSON.parse(execFileSync(binaryAfter, words, { encoding: "utf8" })));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  add(row);
}

function versionOf(binary) {
  return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim().slice(1);
}

async function addChromium(isolated) {
  const [release] = /\d+(\.\d+)+/.exec(execFileSync(chromium, ["--version"], { encoding: "utf8" })) ?? ["?"];
  const row = { where: `Chromium ${release}, cross-origin isolation ${isolated ? "on" : "off"}` };
  for (const variant of variants) {
    const result = await trainInChromium({ isolated, fast: variant === "fma", threads: 4 });
    if (result.isolated !== isolated) throw new Error(`Chromium: isolation is ${result.isolated}`);
    row.threads = result.threads;
    take(row, variant, result);
  }
  add(row);
}

/** Puts a result into its row, after checking that it is of the requested variant. */
function take(row, variant, result) {
  if (result.variant !== variant)
    throw new Error(`${row.where}: requested ${variant}, received ${result.variant}`);
  row[variant] = result.sha256;
}

function add(row) {
  rows.push(row);
  const hashes = variants.map((variant) => `${variant} ${row[variant].slice(0, 12)}`);
  console.log(`${row.where}, ${row.threads} threads: ${hashes.join(", ")}`);
}

function skip(what) {
  skipped.push(what);
  console.error(`SKIPPED  ${what}`);
}

/** A different version of Node from the registry; `undefined` if it is not available. */
function otherNode(major) {
  try {
    return installNode(major, values.folder);
  } catch (thrown) {
    skip(`Node ${major}: ${String(thrown.message).trim().split("\n").at(-1)}`);
    return undefined;
  }
}

function markdown() {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const short = (hash) => `\`${hash.slice(0, 12)}…\``;
  return [
    WORKLOAD,
    "",
    line(["kernels", "SHA-256 of the weights"]),
    line(["---", "---"]),
    ...variants.map((variant) => line([`\`${variant}\``, `\`${rows[0][variant]}\``])),
    "",
    `Heddle ${version}, ${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}:`,
    "",
    line(["where", "threads", ...variants.map((variant) => `\`${variant}\``)]),
    line(["---", "---:", "---", "---"]),
    ...rows.map(({ where, threads, ...row }) =>
      line([where, threads, ...variants.map((variant) => short(row[variant]))]),
    ),
    ...(skipped.length > 0 ? ["", `Left out: ${skipped.join("; ")}.`] : []),
  ].join("\n");
}
