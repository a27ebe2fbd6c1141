import { sizeOf } from "../base/shape.js";
import { conv2d } from "./conv2d.js";
import { conv2dGeometry } from "./conv2d-geometry.js";
import { dropout } from "./dropout.js";
import type { Backward, Emitter, MergeBackward, Parameter, Value } from "./emitter.js";
import type { KernelAndBias } from "./op.js";
import type { Weight } from "./weight.js";

/** Attention of several heads: E heads, T queries, S keys and as many values, D numbers of a query, V of a value. */
export interface AttentionNode {
  readonly op: "attention";
  readonly owner: string;
  /** E. */
  readonly heads: number;
  /** D. */
  readonly keyDim: number;
  /** V. */
  readonly valueDim: number;
  /** T and S. */
  readonly tokens: readonly [queries: number, keys: number];
  /** Kernel `[I, E, D]` and bias `[E, D]`. */
  readonly query: KernelAndBias;
  readonly key: KernelAndBias;
  /** Kernel `[I, E, V]` and bias `[E, V]`. */
  readonly value: KernelAndBias;
  /** Share of the attention's weights that is dropped in training. */
  readonly dropout: number;
  /** The layer's place in the model, so that two of them drop differently. */
  readonly layer: number;
}

/** The weights, in Keras's order. */
export function attentionWeights({ query, key, value }: AttentionNode): readonly Weight[] {
  return [query, key, value].flatMap(({ kernel, bias }) => (bias ? [kernel, bias] : [kernel]));
}

/** Multiply-adds of one sample's forward pass. */
export function attentionMacs(node: AttentionNode): number {
  const { heads, keyDim, valueDim, query, key, value } = node;
  const [T, S] = node.tokens;
  const projections =
    T * sizeOf(query.kernel.shape) + S * (sizeOf(key.kernel.shape) + sizeOf(value.kernel.shape));
  return projections + T * S * heads * (keyDim + valueDim);
}

/**
 * y[t,e] = Σ_s softmax_s(q[t,e] · k[s,e] / √D) · v[s,e] with q, k and v the projections of the inputs: query [T, I], value
 * [S, J], and key [S, J], which is the value where there is none: y [T, E·V].
 */
export function emitAttention(
  e: Emitter,
  node: AttentionNode,
  xs: readonly Value[],
  parameter: (weight: Weight) => Parameter,
): [Value, MergeBackward] {
  const { heads: E, keyDim: D, valueDim: V } = node;
  const [query, value, key = value] = xs as [Value, Value, Value?];
  const [T, S] = [query, value].map(({ shape }) => sizeOf(shape.slice(0, -1))) as [number, number];
  const q = emitProjection(e, node.query, query, { rows: T, parameter });
  const k = emitProjection(e, node.key, key!, { rows: S, parameter });
  const v = emitProjection(e, node.value, value, { rows: S, parameter });
  const scale = 1 / Math.sqrt(D);
  const sizes = { N: "samples", E } as const;
  const shares = e.value("attention", [E, T, S]);
  const scores = { ...sizes, T, S, D, scale };
  e.call(
    "attentionScores",
    "forward",
    { scores: shares.data, q: q.y.data, k: k.y.data, ...scores },
    E * T * S * D,
  );
  const softmax = { y: shares.data, N: "samples", rows: E * T, K: S } as const;
  e.call("softmaxForward", "forward", { ...softmax, x: shares.data });
  const [kept, undrop] = dropout.emit(
    e,
    { op: "dropout", owner: node.owner, rate: node.dropout, layer: node.layer },
    shares,
  );
  const y = e.value("output", [T, E * V]);
  /** From rows of queries to rows of keys, or back. */
  const toQueries = { ...sizes, I: T, J: S, strideI: S, strideJ: 1 };
  const toKeys = { ...sizes, I: S, J: T, strideI: 1, strideJ: S };
  const mixed = { y: y.data, p: kept.data, v: v.y.data, ...toQueries, D: V, scale: 1 };
  e.call("attentionMix", "forward", mixed, E * T * S * V);
  const backward: MergeBackward = (dy, [dQuery, dValue, dKey]) => {
    const gradient = (name: string, { shape }: Value) => e.value(name, shape).data;
    const dShares = gradient("attention gradient", shares);
    const dv = gradient("value gradient", v.y);
    e.call(
      "attentionMix",
      "backward",
      { y: dv, p: kept.data, v: dy, ...toKeys, D: V, scale: 1 },
      E * T * S * V,
    );
    const products = { scores: dShares, q: dy, k: v.y.data, ...scores, D: V, scale: 1 };
    e.call("attentionScores", "backward", products, E * T * S * V);
    if (kept !== shares) undrop(dShares, dShares);
    e.call("softmaxBackward", "backward", { ...softmax, dx: dShares, dy: dShares });
    const dq = gradient("query gradient", q.y);
    const dk = gradient("key gradient", k.y);
    e.call(
      "attentionMix",
      "backward",
      { y: dq, p: dShares, v: k.y.data, ...toQueries, D, scale },
      E * T * S * D,
    );
    e.call(
      "attentionMix",
      "backward",
      { y: dk, p: dShares, v: q.y.data, ...toKeys, D, scale },
      E * T * S * D,
    );
    q.backward(dq, dQuery);
    v.backward(dv, dValue);
    // A value that is the key too has the gradients of both.
    const shared = key === value && dValue ? gradient("key input gradient", value) : undefined;
    k.backward(dk, shared ?? dKey);
    if (shared) {
      e.call("addTo", "backward", { y: dValue!, x: shared, N: "samples", count: sizeOf(value.shape) });
    }
  };
  return [y, backward];
}

/** y[t] = x[t] · w + b, the heads side by side: a convolution of 1×1 along the tokens. */
function emitProjection(
  e: Emitter,
  { kernel, bias }: KernelAndBias,
  x: Value,
  { rows, parameter }: { readonly rows: number; readonly parameter: (weight: Weight) => Parameter },
): { y: Value; backward: Backward } {
  const [inputs, heads, size] = kernel.shape as readonly [number, number, number];
  const point = { kernelSize: [1, 1], strides: [1, 1], dilationRate: [1, 1], padding: "valid" } as const;
  const geometry = conv2dGeometry([1, rows, inputs], { who: e.owner, filters: heads * size, ...point });
  const weights = { kernel: parameter(kernel), bias: bias && parameter(bias) };
  const node = { op: "conv2d", owner: e.owner, geometry, ...weights, relu: false } as const;
  const [y, backward] = conv2d.emit(e, node, x);
  return { y, backward };
}
