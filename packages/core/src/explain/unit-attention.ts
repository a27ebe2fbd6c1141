import type { Shape } from "../base/shape.js";
import type { AttentionNode } from "../ops/attention.js";
import type { KernelAndBias } from "../ops/op.js";
import { type FoundMaker, numberAt, type Read, sumOf } from "./unit-numbers.js";

/**
 * [1, T, E·V]: each value a sum over the S tokens, a number of each value's head times its share, which is the softmax of
 * query · key / √D. The terms' places are those of the projected values, `[S, E, V]`, within the layer.
 */
export function attention(node: AttentionNode, shapes: readonly Shape[]): FoundMaker {
  const { heads: E, keyDim: D, valueDim: V, tokens } = node;
  const [T, S] = tokens;
  /** The value is the key too where there is no third input. */
  const keyFrom = shapes.length > 2 ? 2 : 1;
  const sharesOf = new Map<number, readonly number[]>();
  const shares = (token: number, head: number, read: Read) => {
    const known = sharesOf.get(token * E + head);
    if (known) return known;
    const row = (part: KernelAndBias, from: number, at: number) =>
      Array.from({ length: D }, (_, number) =>
        projected(part, [at, head, number], (place) => read(place, from)),
      );
    const query = row(node.query, 0, token);
    const scores = Array.from({ length: S }, (_, key) => {
      const keys = row(node.key, keyFrom, key);
      return query.reduce((sum, one, number) => sum + one * keys[number]!, 0) / Math.sqrt(D);
    });
    const found = softmax(scores);
    sharesOf.set(token * E + head, found);
    return found;
  };
  return {
    output: [1, T, E * V],
    make: (index, read) => {
      const [token, head, number] = [Math.floor(index / (E * V)), Math.floor(index / V) % E, index % V];
      const terms = shares(token, head, read).map((weight, tap) => ({
        from: 1,
        index: (tap * E + head) * V + number,
        tap,
        channel: 0,
        input: projected(node.value, [tap, head, number], (place) => read(place, 1)),
        weight,
      }));
      return { ...sumOf(terms, 0, undefined), isInside: true };
    },
  };
}

/** A number of a head of a token: kernel [I, E, D], bias [E, D] or none. */
function projected(
  { kernel, bias }: KernelAndBias,
  [token, head, number]: readonly [number, number, number],
  read: Read,
): number {
  const [I, E, D] = kernel.shape as readonly [number, number, number];
  const weights = kernel.read();
  let sum = numberAt(bias, head * D + number, 0);
  for (let i = 0; i < I; i++) sum += read(token * I + i) * weights[(i * E + head) * D + number]!;
  return sum;
}

function softmax(scores: readonly number[]): readonly number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
