// Asks V8 which kernels its 256-bit pass merges. The pass looks for pairs of neighbouring 128-bit stores and walks up
// from them; what it says about each function is read from its trace.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileKernels } from "./compile.mjs";

/** In one thread, optimised at once, so that the trace is whole and in order. */
const FLAGS = [
  "--experimental-wasm-revectorize",
  "--trace-wasm-revectorize",
  "--no-liftoff",
  "--no-wasm-tier-up",
  "--no-wasm-lazy-compilation",
  "--wasm-num-compilation-tasks=1",
];

/** Why the pass leaves a pair of stores alone, by its own words in Node 24 or 26. */
const reasons = [
  [/side effects between|Break side effect/, "a load after the first store of its pair"],
  [/different basic block/, "halves from different branches"],
  [/incompatible kinds|have different op|Different opcode/, "halves computed differently"],
];

/**
 * What becomes of each function of the kernels.
 *
 * @param {string} node the path of a Node of version 24 or newer
 * @param {"strict" | "fma"} variant
 * @returns {Promise<{ name: string, nodes: number, reasons: string[] }[]>} a row a function, in the order of their names:
 * `nodes` is how many 256-bit nodes it has, 0 where nothing was merged; `reasons` says why pairs were left alone; both
 * empty where it has no pairs
 */
export async function mergesOf(node, variant) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-merges-"));
  try {
    const file = join(folder, "kernels.wasm");
    writeFileSync(file, (await compileKernels(variant, 256, ["--debug"])).bytes);
    const script = join(folder, "compile.cjs");
    writeFileSync(script, `new WebAssembly.Module(require("fs").readFileSync(${JSON.stringify(file)}));\n`);
    return readTrace(
      execFileSync(node, [...FLAGS, script], { encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTrace(trace) {
  const functions = trace.split(/^Begin revec function /m).slice(1);
  return functions
    .map((text) => ({
      name: /^(?:packages\/core\/kernels\/)?(\S+)/.exec(text)[1],
      nodes: [...text.matchAll(/Decided? to vectorize, (\d+) revectorizable nodes/g)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      ),
      reasons: reasons.filter(([words]) => words.test(text)).map(([, reason]) => reason),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
