import { type Shape, sizeOf } from "../base/shape.js";
import { stridesOf } from "./broadcast.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op, WithParameters } from "./op.js";
import type { Weight } from "./weight.js";

export interface NormalizeNode extends NodeOf<"normalize"> {
  readonly mean: Weight;
  readonly variance: Weight;
  /** The input's axes as three, and those of mean and variance: of the same size, or 1 where they repeat. */
  readonly axes: readonly [H: number, W: number, C: number];
  readonly statisticsAxes: readonly [H: number, W: number, C: number];
  /** The smallest deviation. */
  readonly epsilon: number;
  /** True for the way back: from normalized values to those of the input. */
  readonly invert: boolean;
}

/**
 * y = (x − mean) / deviation, deviation = max(ε, √variance): x y of one shape. Backward: dx = dy / deviation. Where
 * `invert`: y = x · deviation + mean, and dx = dy · deviation.
 */
function emitNormalize(e: Emitter, node: WithParameters<NormalizeNode>, x: Value): [Value, Backward] {
  const { mean, variance, epsilon } = node;
  const count = sizeOf(variance.shape);
  const deviation = e.floats("deviation", "global", count);
  e.prepare("deviations", { deviation, variance: variance.data, count, epsilon });
  const [H, W, C] = node.axes;
  const [, strideH, strideW, strideC] = stridesOf(node.statisticsAxes);
  const strides = { strideH, strideW, strideC, invert: node.invert ? 1 : 0 };
  const operands = { deviation, N: "samples", H, W, C, ...strides } as const;
  const y = e.value("output", x.shape);
  e.call("normalize", "forward", { y: y.data, x: x.data, mean: mean.data, ...operands });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("normalizeBackward", "backward", { dx, dy, ...operands });
    },
  ];
}

/**
 * The axes of an input as the op has them, neighbours that are kept, or not, taken together; undefined where they are
 * more than three.
 *
 * @param kept the axes with statistics of their own
 */
export function normalizeAxes(
  shape: Shape,
  kept: readonly number[],
): Pick<NormalizeNode, "axes" | "statisticsAxes"> | undefined {
  const groups: { size: number; isKept: boolean }[] = [];
  shape.forEach((size, axis) => {
    const isKept = kept.includes(axis);
    const last = groups.at(-1);
    if (last?.isKept === isKept) last.size *= size;
    else groups.push({ size, isKept });
  });
  if (groups.length > 3) return undefined;
  const three = (sizes: readonly number[]) =>
    [...[1, 1, 1].slice(sizes.length), ...sizes] as [number, number, number];
  return {
    axes: three(groups.map(({ size }) => size)),
    statisticsAxes: three(groups.map(({ size, isKept }) => (isKept ? size : 1))),
  };
}

export const normalize: Op<NormalizeNode> = { emit: emitNormalize, weights: ["mean", "variance"] };
