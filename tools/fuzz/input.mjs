// One input of a target: a function of the target, the seed and the index.
import { mutateBytes } from "./mutate-bytes.mjs";
import { mutateJson } from "./mutate-json.mjs";
import { FuzzRandom } from "./random.mjs";

/** @import { Target } from "./targets.mjs" */

/** Share of the inputs of JSON files that are changed as trees; half of those are changed as bytes too. */
const TREES = 0.7;

/**
 * The files that a target begins with. Copies: a slice of Node's Buffer shares its memory.
 *
 * @param {Target} target
 */
export async function corpusOf(target) {
  return (await target.corpus()).map((bytes) => Uint8Array.from(bytes));
}

/**
 * @param {Target} target
 * @param {readonly Uint8Array[]} corpus
 * @param {number} seed
 * @param {number} index
 * @returns {Promise<Uint8Array>}
 */
export async function inputOf(target, corpus, seed, index) {
  const random = new FuzzRandom(seed, target.name, index);
  const { fields = [], tokens = [], json = false, seal } = target;
  let bytes = random.pick(corpus);
  const tree = json && random.chance(TREES);
  if (tree) {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    bytes = new TextEncoder().encode(mutateJson(value, random, tokens));
  }
  if (!tree || random.chance(0.2)) bytes = mutateBytes(bytes, random, { corpus, fields, tokens });
  return seal ? seal(bytes) : bytes;
}
