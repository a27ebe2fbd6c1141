// The training of docs/reproducibility.md as a program of a user, who imports packages by name.
import { readFileSync } from "node:fs";

const source = new URL("../reproducibility/workload.mjs", import.meta.url);

/**
 * @param {string} core what models are imported from, such as `@heddle/core`
 * @param {string} data what data is imported from, such as `@heddle/core/data`
 * @param {string} fast an expression: whether the fused kernels are used
 * @returns {string} a module that trains on two threads and prints the SHA-256 of the weights
 */
export function workloadText(core, data, fast = "false") {
  const text = readFileSync(source, "utf8")
    .replace('"../../packages/core/dist/data/index.js"', JSON.stringify(data))
    .replaceAll('"../../packages/core/dist/index.js"', JSON.stringify(core));
  if (/from "\.\.?\//.test(text)) throw new Error("the workload imports a file that users do not have");
  return `${text}\nconsole.log((await train({ threads: 2, fast: ${fast} })).sha256);\n`;
}
