// What is fuzzed: a target a parser. Beside each: small valid files to begin with, and how the parser's answer is checked.
import { dataTargets } from "./targets-data.mjs";
import { modelTargets } from "./targets-model.mjs";
import { pictureTargets } from "./targets-pictures.mjs";
import { runTargets } from "./targets-runs.mjs";

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} what what is parsed, for the table of results
 * @property {"none" | "sizes" | "checksum" | "rules"} redundancy what the format has that tells damage: nothing but its
 *   grammar; sizes that must agree; a checksum; or rules that values must keep
 * @property {() => Promise<readonly Uint8Array[]> | readonly Uint8Array[]} corpus small valid files
 * @property {readonly number[]} [fields] where numbers of a header stand
 * @property {readonly string[]} [tokens] words that the format knows
 * @property {boolean} [json] whether the files are JSON, and changed as trees too
 * @property {(bytes: Uint8Array, work: string) => Promise<unknown> | unknown} parse what is tried: throws a HeddleError, or
 *   gives what tells one accepted content from another (a checksum), after checking what it can check. `work` is a folder
 *   of its own, the only one in which anything may be written
 * @property {number} [perProcess] how many inputs a process takes at most
 * @property {(bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array} [seal] puts right what would stop every change at the door, a checksum for example
 */

/** @type {readonly Target[]} */
export const targets = [...dataTargets, ...pictureTargets, ...modelTargets, ...runTargets];
