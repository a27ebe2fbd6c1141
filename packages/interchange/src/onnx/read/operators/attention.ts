import { MultiHeadAttention } from "@heddle/core";
import { type Shape, sameShape } from "@heddle/core/internal/base/shape.js";
import { type Activation, computed, named, placed, sameOrder } from "../activation.js";
import { Lacking } from "../fault.js";
import type { Node } from "../node.js";
import { type AttentionParts, Piece } from "../piece.js";

// An attention is several nodes: its products, their softmax, the sums of the values, and the output's projection. What is
// known of it goes along on pieces that no layer makes, until the last of them makes the layer.

/** Heddle's axes [tokens, heads, numbers] as ONNX has them: the heads in front, and a key's numbers before its tokens. */
const HEADS_FIRST = [1, 0, 2];
const KEY = [2, 0, 1];

/** The product of two computed values: of queries and keys, or of the shares of an attention and its values. */
export function attentionProduct(node: Node, a: Activation, b: Activation): Activation {
  const [heads, tokens, inner] = a.shape as readonly [number, number, number];
  if (a.shape.length !== 3 || b.shape.length !== 3) throw notAttention();
  if (heads !== b.shape[0] || inner !== b.shape[1])
    throw node.damaged(`[${heads}, ${inner}, …]`, `[${b.shape}]`);
  const shape = [heads, tokens, b.shape[2]!];
  const { attention, role } = a.piece;
  if (role === "shares" && attention) {
    return mark("mixed", shape, { ...attention, value: projectionOf(b, HEADS_FIRST) });
  }
  const [query, key] = [projectionOf(a, HEADS_FIRST), projectionOf(b, KEY)];
  const products = mark("scores", shape, { query, key, heads });
  const [p, q] = [a.affine?.scale[0] ?? 1, b.affine?.scale[0] ?? 1];
  return { ...products, affine: { scale: [p * q], offset: [0] } };
}

/** The softmax of an attention's scores; undefined for other values. */
export function attentionShares(value: Activation, axis: number): Activation | undefined {
  const { piece, affine, shape } = value;
  const { attention, role } = piece;
  if (role !== "scores" || !attention) return undefined;
  const size = attention.query.shape[1]! / attention.heads;
  const scale = affine?.scale[0] ?? 1;
  const isUsual = affine?.scale.length === 1 && affine.offset.every((offset) => offset === 0);
  if (axis !== 2 || !isUsual || Math.abs(scale * Math.sqrt(size) - 1) > 1e-5) {
    throw new Lacking("scores that are not q · k / √d");
  }
  return mark("shares", shape, attention);
}

/** The heads of an attention side by side; undefined for other values and shapes. */
export function attentionHeads(value: Activation, shape: Shape): Activation | undefined {
  const { attention, role } = value.piece;
  if (role !== "mixed" || !attention || value.affine) return undefined;
  const [tokens, heads, size] = value.shape as readonly [number, number, number];
  const isJoined = sameShape(value.layout, HEADS_FIRST) && sameShape(shape, [tokens, heads * size]);
  return isJoined ? mark("joined", shape, attention) : undefined;
}

/** The layer, from its last matrix; undefined for other values. */
export function attentionOutput(
  node: Node,
  value: Activation,
  { matrix, units }: { readonly matrix: Float32Array; readonly units: number },
): Activation | undefined {
  const { attention, role } = value.piece;
  if (role !== "joined" || !attention?.value || value.affine) return undefined;
  const { query, key, value: values, heads } = attention;
  const projections = [query, key, values];
  const hasBias = projections.some(({ bias }) => bias !== undefined);
  const weights = projections.flatMap(({ weights: [kernel], bias, shape }) =>
    hasBias ? [kernel!, bias ?? new Float32Array(shape[1]!)] : [kernel!],
  );
  const [keyDim, valueDim] = [query.shape[1]! / heads, values.shape[1]! / heads];
  const options = { valueDim, outputShape: units };
  const inputs = projections.map(({ inputs: [source] }) => source!);
  const [q, k, v] = inputs as [Piece, Piece, Piece];
  return computed(
    {
      make: (settings) =>
        new MultiHeadAttention(heads, keyDim, { ...options, ...named(settings), useBias: hasBias }),
      inputs: k === v ? [q, v] : [q, v, k],
      weights: [...weights, matrix],
      // All four projections have one, or none.
      ...(hasBias && { takesBias: true, defaultBias: new Float32Array(units) }),
      name: node.name,
    },
    sameOrder(2),
  );
}

/** The dense layer whose values are split into heads. */
function projectionOf({ piece, layout, affine, shape }: Activation, as: readonly number[]): Piece {
  const [dense] = piece.inputs;
  const tokens = shape[as[0]!]!;
  const isScaled =
    affine !== undefined && (affine.scale.length > 1 || affine.offset.some((one) => one !== 0));
  const isSplit =
    dense?.role === "dense" &&
    sameShape(layout, as) &&
    dense.shape.length === 2 &&
    dense.shape[0] === tokens &&
    dense.shape[1] === shape[as[1]!]! * shape[as[2]!]!;
  if (!isSplit || isScaled) throw notAttention();
  return dense;
}

function mark(role: NonNullable<Piece["role"]>, shape: Shape, attention: AttentionParts): Activation {
  return placed(new Piece({ inputs: [], shape, role, attention }), sameOrder(shape.length));
}

function notAttention(): Lacking {
  return new Lacking("two computed values that are no attention");
}
