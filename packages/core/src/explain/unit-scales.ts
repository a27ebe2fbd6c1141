import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { alone, broadcastPlace, type FoundMaker, numberAt, type Read, sumOf } from "./unit-numbers.js";

type Of<Op extends OpNode["op"]> = Extract<OpNode, { readonly op: Op }>;
type Scale = (index: number, read: Read) => readonly [factor: number, offset: number];

/** Ops that multiply each value by a factor and add an offset; undefined for others. */
export function scaling(node: OpNode, shape: Shape): FoundMaker | undefined {
  const scale = scaleOf(node, shape);
  if (!scale) return undefined;
  return {
    make: (index, read) => {
      const [weight, offset] = scale(index, read);
      return sumOf([alone(index, read, { weight })], offset, undefined);
    },
  };
}

function scaleOf(node: OpNode, shape: Shape): Scale | undefined {
  const channelOf = (index: number) => index % shape.at(-1)!;
  switch (node.op) {
    case "rescale":
      return () => [node.scale, node.offset];
    case "channelScale":
      return (index) => [numberAt(node.gamma, channelOf(index), 1), numberAt(node.beta, channelOf(index), 0)];
    case "batchNormalization":
      return (index) => movingScale(node, channelOf(index));
    case "layerNormalization":
      return (index, read) => rowScale(node, index, read);
    case "unitNormalization":
      return (index, read) => {
        const { squares } = statisticsOf(index - (index % node.length), node.length, read);
        return [1 / Math.max(node.epsilon, Math.sqrt(squares)), 0];
      };
    case "normalize":
      return (index) => fixedScale(node, index);
    default:
      return undefined;
  }
}

/** By the statistics that were gathered in training. */
function movingScale(node: Of<"batchNormalization">, channel: number): readonly [number, number] {
  const { gamma, beta, movingMean, movingVariance, epsilon } = node;
  const deviation = Math.sqrt(numberAt(movingVariance, channel, 1) + epsilon);
  return centred(numberAt(gamma, channel, 1) / deviation, {
    mean: numberAt(movingMean, channel, 0),
    beta: numberAt(beta, channel, 0),
  });
}

/** By the statistics of the values that are normalized together. */
function rowScale(
  { gamma, beta, length, epsilon }: Of<"layerNormalization">,
  index: number,
  read: Read,
): readonly [number, number] {
  const { mean, variance } = statisticsOf(index - (index % length), length, read);
  return centred(numberAt(gamma, index % length, 1) / Math.sqrt(variance + epsilon), {
    mean,
    beta: numberAt(beta, index % length, 0),
  });
}

/** By statistics that were passed or adapted; along an axis of size 1 they repeat. */
function fixedScale(
  { mean, variance, axes, statisticsAxes, epsilon, invert }: Of<"normalize">,
  index: number,
): readonly [number, number] {
  const own = broadcastPlace(index, axes, statisticsAxes);
  const deviation = Math.max(epsilon, Math.sqrt(numberAt(variance, own, 1)));
  const middle = numberAt(mean, own, 0);
  return invert ? [deviation, middle] : centred(1 / deviation, { mean: middle, beta: 0 });
}

/** (x − mean) · factor + beta as a factor and an offset. */
function centred(
  factor: number,
  { mean, beta }: { readonly mean: number; readonly beta: number },
): readonly [number, number] {
  return [factor, beta - mean * factor];
}

function statisticsOf(first: number, length: number, read: Read) {
  const values = Array.from({ length }, (_, at) => read(first + at));
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const squares = values.reduce((sum, value) => sum + value ** 2, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
  return { mean, variance, squares };
}
