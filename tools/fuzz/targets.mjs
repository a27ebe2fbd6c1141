// What is fuzzed: one target per parser. Each has small valid files to begin with, and a check of the parser's result.
import { dataTargets } from "./targets-data.mjs";
import { kerasTargets } from "./targets-keras.mjs";
import { modelTargets } from "./targets-model.mjs";
import { onnxTargets } from "./targets-onnx.mjs";
import { pictureTargets } from "./targets-pictures.mjs";
import { runTargets } from "./targets-runs.mjs";
import { servingTargets } from "./targets-serving.mjs";
import { tfjsTargets } from "./targets-tfjs.mjs";

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} what what is parsed, for the table of results
 * @property {"none" | "sizes" | "checksum" | "rules"} redundancy what in the format detects damage: only its
 *   grammar; sizes that must agree; a checksum; or rules for its values
 * @property {() => Promise<readonly Uint8Array[]> | readonly Uint8Array[]} corpus small valid files
 * @property {readonly number[]} [fields] positions of the numbers in a header
 * @property {readonly string[]} [tokens] words that the format knows
 * @property {boolean} [json] whether the files are JSON, and changed as trees too
 * @property {(bytes: Uint8Array, work: string) => Promise<unknown> | unknown} parse what is tried: throws a HeddleError, or
 *   returns what distinguishes one accepted content from another (a checksum), after checking what it can. `work` is a folder
 *   of its own, the only one in which anything may be written
 * @property {number} [perProcess] how many inputs a process takes at most
 * @property {(bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array} [seal] corrects what would have every change refused at once, such as a checksum
 */

/** @type {readonly Target[]} */
export const targets = [
  ...dataTargets,
  ...pictureTargets,
  ...modelTargets,
  ...kerasTargets,
  ...onnxTargets,
  ...tfjsTargets,
  ...runTargets,
  ...servingTargets,
];
