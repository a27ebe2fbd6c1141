import { BatchNormalization, LayerNormalization } from "@heddle/core";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import { channelsLast, computed, inHeddleOrder, inLayout, named, sameOrder, settled } from "../activation.js";
import { floats } from "../constant.js";
import { Lacking } from "../fault.js";
import { axisIn } from "../fold.js";
import { constantAt, dataOf, neededConstant, type Operator } from "./operator.js";

const batchNormalization: Operator = (node, inputs) => {
  node.only({ spatial: 1 });
  if (node.integer("training_mode", 0) === 1) {
    throw new Lacking("training_mode 1 (export the model in inference mode, after model.eval())");
  }
  const source = dataOf(node, inputs);
  const rank = source.shape.length;
  const value = rank === 1 ? settled(source) : inLayout(source, channelsLast(rank));
  const channels = value.piece.shape.at(-1)!;
  const weights = [1, 2, 3, 4].map((index) => {
    const { values } = neededConstant(node, inputs, index);
    if (values.length !== channels) throw node.damaged(`${channels} numbers`, String(values.length));
    return Float32Array.from(inHeddleOrder([...values], value.order));
  });
  const options = { epsilon: node.float("epsilon", 1e-5), momentum: node.float("momentum", 0.9) };
  const result = computed(
    {
      make: (settings) => new BatchNormalization({ ...options, ...named(settings) }),
      inputs: [value.piece],
      weights,
      name: node.name,
    },
    value.layout,
  );
  return { ...result, order: value.order };
};

const layerNormalization: Operator = (node, inputs) => {
  const source = dataOf(node, inputs);
  const rank = source.shape.length;
  const first = axisIn(node, node.integer("axis", -1), rank + 1) - 1;
  if (first < 0) throw new Lacking("the batch among its axes");
  // The normalized axes last, in their order; the others may be in any.
  const others = source.layout.filter((axis) => axis < first);
  const value = inLayout(source, [...others, ...sameOrder(rank).slice(first)]);
  const shape = source.shape.slice(first);
  const scale = neededConstant(node, inputs, 1);
  const offset = constantAt(inputs, 2);
  for (const one of [scale, offset]) {
    if (one && !sameShape(one.shape, shape)) throw new Lacking(`scales of [${one.shape}]`);
  }
  const axis = shape.map((_, index) => index - shape.length);
  const options = { axis, epsilon: node.float("epsilon", 1e-5), center: offset !== undefined };
  return computed(
    {
      make: (settings) => new LayerNormalization({ ...options, ...named(settings) }),
      inputs: [value.piece],
      weights: [scale, offset].flatMap((one) => (one ? [floats(one.values)] : [])),
      name: node.name,
    },
    value.layout,
  );
};

export const normalizations: Readonly<Record<string, Operator>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
