import type { GraphWriter } from "./graph-writer.js";
import { Inexpressible, type LayerWriter } from "./layer-writer.js";
import { alike, inLayoutOf, type Value } from "./value.js";

/** Activations by Keras's names, as one operator each. */
const OPERATORS: Readonly<
  Record<string, readonly [operator: string, attributes?: Readonly<Record<string, number | string>>]>
> = {
  relu: ["Relu"],
  leaky_relu: ["LeakyRelu", { alpha: 0.2 }],
  elu: ["Elu", { alpha: 1 }],
  selu: ["Selu", { alpha: 1.6732632423543772, gamma: 1.0507009873554805 }],
  gelu: ["Gelu", { approximate: "none" }],
  gelu_tanh: ["Gelu", { approximate: "tanh" }],
  sigmoid: ["Sigmoid"],
  tanh: ["Tanh"],
  softplus: ["Softplus"],
  hard_silu: ["HardSwish"],
};

/** Adds an activation, by Keras's name, to a value. */
export function activated(graph: GraphWriter, value: Value, activation: string, name: string): Value {
  if (activation === "linear") return value;
  if (activation === "softmax") return softmax(graph, value, name);
  if (activation === "silu") {
    const gate = graph.add("Sigmoid", `${name}/sigmoid`, [value.name]);
    return alike(value, graph.add("Mul", name, [value.name, gate]));
  }
  const entry = OPERATORS[activation];
  if (entry === undefined) throw new Inexpressible(`activation ${activation}`);
  const [operator, attributes] = entry;
  return alike(value, graph.add(operator, name, [value.name], attributes));
}

/** Along the channels, wherever they are. */
function softmax(graph: GraphWriter, value: Value, name: string): Value {
  return alike(
    value,
    graph.add("Softmax", name, [value.name], { axis: value.layout === "first" ? 1n : -1n }),
  );
}

/** One operator with attributes from the configuration. */
function one(operator: string, attributes: Readonly<Record<string, string>> = {}): LayerWriter {
  return (graph, { layer, config, inputs: [value] }) => {
    const entries = Object.entries(attributes).map(([name, key]) => [name, config[key] as number] as const);
    return alike(value!, graph.add(operator, layer.name, [value!.name], Object.fromEntries(entries)));
  };
}

const relu: LayerWriter = (graph, { layer: { name }, config, inputs: [value] }) => {
  const maximum = config["max_value"] as number | null;
  const [slope, threshold] = [config["negative_slope"] as number, config["threshold"] as number];
  const scalar = (what: string, number: number) => graph.floats(`${name}/${what}`, [], [number]);
  if (threshold === 0 && maximum === null) {
    return slope === 0
      ? alike(value!, graph.add("Relu", name, [value!.name]))
      : alike(value!, graph.add("LeakyRelu", name, [value!.name], { alpha: slope }));
  }
  if (threshold === 0 && slope === 0) {
    return alike(value!, graph.add("Clip", name, [value!.name, scalar("min", 0), scalar("max", maximum!)]));
  }
  if (threshold === 0) {
    const leaky = graph.add("LeakyRelu", `${name}/leaky`, [value!.name], { alpha: slope });
    return alike(value!, graph.add("Min", name, [leaky, scalar("max", maximum!)]));
  }
  const limit = scalar("threshold", threshold);
  const above = graph.add("Greater", `${name}/above`, [value!.name, limit]);
  const shifted = graph.add("Sub", `${name}/shifted`, [value!.name, limit]);
  const below = graph.add("Mul", `${name}/below`, [shifted, scalar("slope", slope)]);
  const passed =
    maximum === null
      ? value!.name
      : graph.add("Min", `${name}/limited`, [value!.name, scalar("max", maximum)]);
  return alike(value!, graph.add("Where", name, [above, passed, below]));
};

const prelu: LayerWriter = (graph, { layer, inputs: [value] }) => {
  const [alpha] = layer.weights;
  const { shape, values } = inLayoutOf(value!, alpha!.shape, alpha!.read());
  const slope = graph.floats(`${layer.name}/alpha`, shape, values);
  return alike(value!, graph.add("PRelu", layer.name, [value!.name, slope]));
};

export const activationWriters: Readonly<Record<string, LayerWriter>> = {
  Activation: (graph, { layer, config, inputs: [value] }) =>
    activated(graph, value!, config["activation"] as string, layer.name),
  ReLU: relu,
  LeakyReLU: one("LeakyRelu", { alpha: "negative_slope" }),
  ELU: one("Elu", { alpha: "alpha" }),
  PReLU: prelu,
  Softmax: (graph, { layer, config, inputs: [value] }) => {
    if (config["axis"] !== -1) throw new Inexpressible(`axis ${JSON.stringify(config["axis"])}`);
    return softmax(graph, value!, layer.name);
  },
};
