import type { Weight } from "@heddle/core";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import type { GraphWriter } from "./graph-writer.js";
import { ints, type LayerWriter } from "./layer-writer.js";
import { natural, type Value } from "./value.js";

/** The heads in front of the tokens, or after them again; and the numbers of a key in front of its tokens. */
const EXCHANGED = ints([0, 2, 1, 3]);
const TRANSPOSED = ints([0, 2, 3, 1]);

/** Rows of tokens, `[batch, tokens, numbers]`. */
function rowsOf(graph: GraphWriter, source: Value): Value {
  const value = natural(graph, source);
  const { name, shape } = value;
  if (shape.length === 2) return value;
  const rows = [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
  const to = graph.integers(`${name}/tokens_shape`, [0, ...rows]);
  return { name: graph.add("Reshape", `${name}/tokens`, [name, to]), shape: rows, layout: "last" };
}

/** A product with a kernel and the sum with a bias, if there is one. */
function linear(
  graph: GraphWriter,
  { name, rows }: { readonly name: string; readonly rows: string },
  [kernel, bias]: readonly [Weight, Weight | undefined],
  size: readonly [inputs: number, outputs: number],
): string {
  const product = graph.add("MatMul", name, [rows, graph.floats(kernel.name, size, kernel.read())]);
  if (!bias) return product;
  return graph.add("Add", `${name}/sum`, [product, graph.floats(bias.name, [size[1]], bias.read())]);
}

/** softmax(q · kᵀ / √D) · v for each head, between linear projections. */
export const multiHeadAttention: LayerWriter = (graph, { layer, config, inputs, output }) => {
  const { name, weights } = layer;
  const step = config["use_bias"] === true ? 2 : 1;
  const [heads, keyDim, valueDim] = [config["num_heads"], config["key_dim"], config["value_dim"]] as [
    number,
    number,
    number,
  ];
  const parts = (index: number) =>
    [weights[index * step]!, step === 2 ? weights[index * step + 1] : undefined] as const;
  const rows = new Map<string, Value>();
  const tokens = (value: Value): Value => {
    const known = rows.get(value.name) ?? rowsOf(graph, value);
    rows.set(value.name, known);
    return known;
  };
  const heads_ = (what: string, index: number, source: Value, perm: readonly bigint[]) => {
    const { name: from, shape } = tokens(source);
    const size = what === "value" ? valueDim : keyDim;
    const all = linear(graph, { name: `${name}/${what}`, rows: from }, parts(index), [
      shape[1]!,
      heads * size,
    ]);
    const to = graph.integers(`${name}/${what}_shape`, [0, shape[0]!, heads, size]);
    const split = graph.add("Reshape", `${name}/${what}_heads`, [all, to]);
    return graph.add("Transpose", `${name}/${what}_first`, [split], { perm });
  };
  const [query, value, key = value] = inputs as readonly [Value, Value, Value?];
  const q = heads_("query", 0, query, EXCHANGED);
  const k = heads_("key", 1, key!, TRANSPOSED);
  const v = heads_("value", 2, value, EXCHANGED);
  const products = graph.add("MatMul", `${name}/products`, [q, k]);
  const factor = graph.floats(`${name}/scale`, [], [1 / Math.sqrt(keyDim)]);
  const scores = graph.add("Mul", `${name}/scores`, [products, factor]);
  const shares = graph.add("Softmax", `${name}/shares`, [scores], { axis: -1n });
  const mixed = graph.add("MatMul", `${name}/mixed`, [shares, v]);
  const back = graph.add("Transpose", `${name}/mixed_last`, [mixed], { perm: EXCHANGED });
  const count = tokens(query).shape[0]!;
  const to = graph.integers(`${name}/joined_shape`, [0, count, heads * valueDim]);
  const joined = graph.add("Reshape", `${name}/joined`, [back, to]);
  const units = output.at(-1)!;
  const sum = linear(graph, { name, rows: joined }, parts(3), [heads * valueDim, units]);
  if (output.length === 2) return { name: sum, shape: output, layout: "last" };
  const whole = graph.integers(`${name}/output_shape`, [0, ...output]);
  return { name: graph.add("Reshape", `${name}/output`, [sum, whole]), shape: output, layout: "last" };
};
