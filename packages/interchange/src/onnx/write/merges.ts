import { sameShape } from "@heddle/core/internal/base/shape.js";
import type { GraphWriter } from "./graph-writer.js";
import type { LayerWriter } from "./layer-writer.js";
import { channelsFirst, natural, type Value } from "./value.js";

/** The values in one layout: the channels first where one of them has them so. */
function aligned(graph: GraphWriter, values: readonly Value[]): readonly Value[] {
  const flattened = values.map(({ layout }) => (typeof layout === "object" ? layout.flattened : undefined));
  const [image] = flattened;
  if (image && flattened.every((one) => one && sameShape(one, image))) return values;
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  const isFirst =
    values.some(({ layout }) => layout === "first") && values.every(({ shape }) => shape.length === rank);
  return values.map((value) => (isFirst ? channelsFirst(graph, value) : natural(graph, value)));
}

/** One operator on two values after another, as Heddle computes them. */
function chain(operator: string): LayerWriter {
  return (graph, { layer: { name }, inputs, output }) => {
    const values = aligned(graph, inputs);
    const [first, ...others] = values;
    const last = others.length - 1;
    const sum = others.reduce(
      (before, { name: next }, index) =>
        graph.add(operator, index === last ? name : `${name}/${index + 1}`, [before, next]),
      first!.name,
    );
    return { ...first!, name: sum, shape: output };
  };
}

/** One operator on all values. */
function ofAll(operator: string): LayerWriter {
  return (graph, { layer: { name }, inputs, output }) => {
    const values = aligned(graph, inputs);
    const names = values.map((value) => value.name);
    return { ...values[0]!, name: graph.add(operator, name, names), shape: output };
  };
}

const concatenate: LayerWriter = (graph, { layer: { name }, config, inputs, output }) => {
  // A flattened image has its numbers in another order than Heddle: joined, they could no longer be told apart.
  const plain = inputs.map((value) => (typeof value.layout === "object" ? natural(graph, value) : value));
  const values = aligned(graph, plain);
  const rank = output.length;
  const named = config["axis"] as number;
  const axis = named < 0 ? rank + 1 + named : named;
  const isFirst = values[0]!.layout === "first";
  const written = isFirst ? (axis === rank ? 1 : axis + 1) : axis;
  const joined = graph.add(
    "Concat",
    name,
    values.map((value) => value.name),
    { axis: BigInt(written) },
  );
  return { ...values[0]!, name: joined, shape: output };
};

export const mergeWriters: Readonly<Record<string, LayerWriter>> = {
  Add: chain("Add"),
  Multiply: chain("Mul"),
  Subtract: chain("Sub"),
  Average: ofAll("Mean"),
  Maximum: ofAll("Max"),
  Minimum: ofAll("Min"),
  Concatenate: concatenate,
};
