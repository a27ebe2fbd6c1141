// What graphs of Keras 3 hold besides layers that are used once: operations, models within models, classes of users.
import { expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { loadModel, modelFromJson } from "../model/load.js";
import { Sequential } from "../model/sequential.js";
import { weightsFile } from "./weights-file.js";

type Json = Record<string, unknown>;
type Argument = unknown;

const value = (name: string, shape: readonly (number | null)[], call = 0) => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, ...shape], dtype: "float32", keras_history: [name, call, 0] },
});
const layer = (
  className: string,
  name: string,
  config: Json,
  ...calls: readonly (readonly Argument[])[]
) => ({
  module: "keras.layers",
  class_name: className,
  config: { name, trainable: true, dtype: "float32", ...config },
  registered_name: null,
  name,
  inbound_nodes: calls.map((args) => ({ args, kwargs: {} })),
});
const operation = (className: string, config: Json, ...args: readonly Argument[]) => ({
  module: "keras.src.ops.numpy",
  class_name: className,
  config: { name: "op", ...config },
  registered_name: className,
  name: "op",
  inbound_nodes: [{ args, kwargs: {} }],
});
const inputLayer = (shape: readonly (number | null)[]) =>
  layer("InputLayer", "in", { batch_shape: [null, ...shape] });
const graph = (layers: readonly object[], output: readonly unknown[] = ["op", 0, 0], name = "graph") => ({
  module: "keras.src.models.functional",
  class_name: "Functional",
  config: { name, trainable: true, layers, input_layers: ["in", 0, 0], output_layers: output },
  registered_name: "Functional",
});
const sequential = (name: string, layers: readonly object[], ...calls: readonly (readonly Argument[])[]) => ({
  module: "keras",
  class_name: "Sequential",
  config: { name, trainable: true, layers },
  registered_name: null,
  name,
  inbound_nodes: calls.map((args) => ({ args, kwargs: {} })),
});
const slice = (start: number | null, stop: number | null, step: number | null = null) => ({
  class_name: "__slice__",
  config: { start, stop, step },
});
const array = (numbers: unknown) => ({
  class_name: "__numpy__",
  config: { value: numbers, dtype: "float32" },
});

/** What a model of one operation makes of the numbers 0, 1, 2, … */
async function computed(shape: readonly number[], entry: object): Promise<number[]> {
  const model = modelFromJson("m.json", graph([inputLayer(shape), entry]));
  model.compile({ threads: 1 });
  const images = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
  const outputs = await model.predict({ images, count: 1, shape });
  model.dispose();
  expect(model.placed.at(-1)!.layer.name).toBe("op");
  // What is written is read again.
  expect(modelFromJson("again", JSON.parse(JSON.stringify(model.toJson()))).toJson()).toEqual(model.toJson());
  return [...outputs];
}

const x = (...shape: readonly number[]) => value("in", shape);

it.each<[string, readonly number[], object, readonly number[]]>([
  ["x + 2", [3], operation("Add", {}, x(3), 2), [2, 3, 4]],
  ["2 − x", [3], operation("Subtract", {}, 2, x(3)), [2, 1, 0]],
  ["x − 2", [3], operation("Subtract", {}, x(3), 2), [-2, -1, 0]],
  ["2 · x", [3], operation("Multiply", {}, 2, x(3)), [0, 2, 4]],
  ["x / 2", [3], operation("TrueDivide", {}, x(3), 2), [0, 0.5, 1]],
  ["−x", [3], operation("Negative", {}, x(3)), [-0, -1, -2]],
  ["x + x", [3], operation("Add", {}, x(3), x(3)), [0, 2, 4]],
  ["x²", [3], operation("Power", {}, x(3), 2), [0, 1, 4]],
  ["x − [1, 2, 3]", [3], operation("Subtract", {}, x(3), array([1, 2, 3])), [-1, -1, -1]],
  ["[1, 2, 3] − x", [3], operation("Subtract", {}, array([1, 2, 3]), x(3)), [1, 1, 1]],
  ["x + [[1, 2, 3]]", [3], operation("Add", {}, x(3), array([[1, 2, 3]])), [1, 3, 5]],
  ["x / [1, 2, 4]", [3], operation("TrueDivide", {}, x(3), array([1, 2, 4])), [0, 0.5, 0.5]],
  ["x from 1 to 2", [4], operation("Clip", { x_min: 1, x_max: 2 }, x(4)), [1, 1, 2, 2]],
  ["max(x, 1)", [3], operation("Maximum", {}, x(3), 1), [1, 1, 2]],
  ["min(x, 1)", [3], operation("Minimum", {}, 1, x(3)), [0, 1, 1]],
  ["relu6", [8], operation("Relu6", {}, x(8)), [0, 1, 2, 3, 4, 5, 6, 6]],
  ["hard_sigmoid", [4], operation("HardSigmoid", {}, x(4)), [0.5, 4 / 6, 5 / 6, 1]],
  ["mean over an image", [2, 2, 2], operation("Mean", { axis: [-3, 2] }, x(2, 2, 2)), [3, 4]],
  ["max over an image", [2, 2, 2], operation("Max", { axis: [1, 2], keepdims: true }, x(2, 2, 2)), [6, 7]],
  ["reshape", [2, 2, 1], operation("Reshape", { newshape: [-1, 4] }, x(2, 2, 1)), [0, 1, 2, 3]],
  ["expand_dims", [2], operation("ExpandDims", { axis: 1 }, x(2)), [0, 1]],
  ["squeeze", [2, 1, 1], operation("Squeeze", { axis: [2, 3] }, x(2, 1, 1)), [0, 1]],
  ["concatenate", [2], operation("Concatenate", { axis: 1 }, [x(2), x(2)]), [0, 1, 0, 1]],
  ["stack", [2], operation("Stack", { axis: -1 }, [x(2), x(2)]), [0, 0, 1, 1]],
  ["x[:, 1:]", [3], operation("GetItem", {}, x(3), [slice(null, null), slice(1, null)]), [1, 2]],
  [
    "x[..., 1]",
    [2, 2],
    operation("GetItem", {}, x(2, 2), [{ class_name: "__ellipsis__", config: {} }, 1]),
    [1, 3],
  ],
  ["x[:, -1, :1]", [2, 2], operation("GetItem", {}, x(2, 2), [slice(null, null), -1, slice(null, 1)]), [2]],
  ["softmax", [2], operation("Softmax", { axis: -1 }, x(2)), [1 / (1 + Math.E), Math.E / (1 + Math.E)]],
])("the operation %s is read as the layers that do the same", async (_, shape, entry, expected) => {
  const outputs = await computed(shape, entry);
  expect(outputs.length).toBe(expected.length);
  for (const [i, output] of outputs.entries()) expect(output).toBeCloseTo(expected[i]!, 6);
});

function refusal(json: unknown): string {
  try {
    modelFromJson("m.json", json);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HeddleError);
    return (thrown as Error).message;
  }
  throw new Error("nothing was refused");
}

it.each<[string, object, string]>([
  ["that no layer does", operation("LogSoftmax", {}, x(4)), 'the operation LogSoftmax "op"'],
  [
    "2 / x",
    operation("TrueDivide", {}, 2, x(4)),
    'the operation TrueDivide "op" with a tensor as the divisor',
  ],
  ["x / 0", operation("TrueDivide", {}, x(4), 0), 'the operation TrueDivide "op" with a division by zero'],
  ["x³", operation("Power", {}, x(4), 3), 'the operation Power "op" with an exponent other than 2'],
  [
    "x[:, ::2]",
    operation("GetItem", {}, x(4), [slice(null, null), slice(null, null, 2)]),
    "with a slice with step 2",
  ],
  ["x[0]", operation("GetItem", {}, x(4), 0), 'the operation GetItem "op" with'],
  ["mean of everything", operation("Mean", { axis: null }, x(4)), 'the operation Mean "op" with axis null'],
  [
    "x · [1, −1, 1, 1]",
    operation("Multiply", {}, x(4), array([1, -1, 1, 1])),
    "with factors that are not all positive",
  ],
  ["split", operation("Split", {}, x(4)), 'the operation Split "op"'],
])("the operation %s is refused by name", (_, entry, what) => {
  expect(refusal(graph([inputLayer([4]), entry]))).toContain(
    `JSON of Keras 3 with ${what.startsWith("the") ? what : ""}`,
  );
  expect(refusal(graph([inputLayer([4]), entry]))).toContain(what);
});

const dense = (name: string, units: number) => layer("Dense", name, { units });

it("a layer may be listed before what its second call reads", () => {
  const json = graph(
    [
      inputLayer([4]),
      layer("Dense", "shared", { units: 4 }, [value("in", [4])], [value("drop", [4])]),
      layer("Dropout", "drop", { rate: 0.5 }, [value("shared", [4])]),
    ],
    ["shared", 1, 0],
  );
  const model = modelFromJson("m.json", json);
  expect(model.placed.map(({ layer: { name }, inputs }) => [name, ...inputs])).toEqual([
    ["shared", -1],
    ["drop", 0],
    ["shared", 1],
  ]);
  expect(model.parameters).toBe(20);
});

it("a model that is used twice has one set of weights, at any depth", () => {
  const inner = sequential("inner", [inputLayer([4]), dense("a", 4), sequential("deep", [dense("a", 4)])]);
  const calls = [[value("in", [4])], [value("inner", [4])]].map((args) => ({ args, kwargs: {} }));
  const json = graph([inputLayer([4]), { ...inner, inbound_nodes: calls }], ["inner", 1, 0]);
  const model = modelFromJson("m.json", json);
  expect(model.layers.map(({ name }) => name)).toEqual(["a", "deep_a"]);
  expect(model.placed.map(({ layer: { name } }) => name)).toEqual(["a", "deep_a", "a", "deep_a"]);
  expect(model.getLayer("inner/deep/a")).toBe(model.getLayer("deep_a"));
});

it("weights are found by the names of the models around their layers, whatever names collide", async () => {
  const block = (name: string) => sequential(name, [dense("a", 2), sequential("deep", [dense("a", 2)])]);
  const config = sequential("all", [inputLayer([2]), block("one"), block("two"), dense("a", 2)]);
  const model = modelFromJson("m.json", config);
  expect(model.layers.map(({ name }) => name)).toEqual(["one_a", "deep_a", "two_a", "two_deep_a", "a"]);
  const paths = ["one/a", "one/deep/a", "two/a", "two/deep/a", "a"];
  const tensors = model.layers.flatMap(({ weights }, index) =>
    weights.map((weight) => ({
      name: `${paths[index]}/${weight.name.split("/")[1]}`,
      shape: weight.shape,
      read: () => weight.read(),
    })),
  );
  const weights = weightsFile(tensors as never);
  const loaded = await loadModel({ config, weights });
  expect(loaded.getWeights()).toEqual(model.getWeights());
  const wrong = weightsFile(tensors.slice(0, -4) as never);
  await expect(loadModel({ config, weights: wrong })).rejects.toThrow(
    "expected weight two_deep_a/kernel or two/deep/a/kernel [2, 2], received none of that name among 6.",
  );
});

it.each([
  [{ registered_name: "my>Dense" }, "the layer my>Dense, which is not Keras's own"],
  [
    { module: "project.layers", registered_name: "Dense" },
    "the layer project.layers.Dense, which is not Keras's own",
  ],
  [
    {
      config: {
        name: "d",
        units: 2,
        kernel_initializer: { ...layer("Ones", "o", {}), registered_name: "my>Ones" },
      },
    },
    "the initializer my>Ones, which is not Keras's own",
  ],
  [
    {
      config: {
        name: "d",
        units: 2,
        activation: {
          module: "builtins",
          class_name: "function",
          config: "my>relu",
          registered_name: "function",
        },
      },
    },
    "the function my>relu as an activation",
  ],
  [
    { config: { name: "d", units: 2, activation: layer("ReLU", "r", {}) } },
    "the layer ReLU as an activation",
  ],
  [
    { config: { name: "d", units: 2, activation: { value: ["4wEA", null, null] } } },
    "Python code as an activation",
  ],
])("what a user made is never taken for Keras's own: %#", (own, what) => {
  const json = sequential("s", [inputLayer([4]), { ...dense("d", 2), ...own }]);
  expect(refusal(json)).toBe(
    `m.json: expected a model of layers and options that Heddle has, received JSON of Keras 3 with ${what}, which Heddle does not read. Replace them in the model; docs/keras-differences.md says what there is.`,
  );
});

it("a user's class of models is not taken for Keras's", () => {
  expect(refusal({ ...sequential("s", []), registered_name: "my>Sequential" })).toContain(
    'received "my>Sequential"',
  );
});

it("a model whose sizes are unknown gets them from an option, and keeps them", () => {
  const json = sequential("s", [
    inputLayer([null, null, 3]),
    layer("Conv2D", "c", { filters: 2, kernel_size: 3 }),
    layer("GlobalAveragePooling2D", "g", {}),
  ]);
  expect(refusal(json)).toBe(
    "m.json: expected an input whose sizes are all known, received [batch, any, any, 3]. Pass the size of the images as the option `inputShape`, such as [224, 224, 3].",
  );
  const model = modelFromJson("m.json", json, { inputShape: [9, 7, 3] });
  expect(model.inputShape).toEqual([9, 7, 3]);
  expect(modelFromJson("again", model.toJson()).inputShape).toEqual([9, 7, 3]);
  expect(() => modelFromJson("m.json", json, { inputShape: [9, 7, 1] })).toThrow(
    "m.json: expected inputShape to fit the model's [batch, any, any, 3], received [batch, 9, 7, 1]. Correct `inputShape`: it replaces unknown sizes only.",
  );
  expect(Sequential.fromConfig(json.config, { inputShape: [9, 7, 3] }).inputShape).toEqual([9, 7, 3]);
});

it("a call at its defaults says nothing, and arguments may have names", () => {
  const call = {
    ...layer("BatchNormalization", "n", {}),
    inbound_nodes: [{ args: [], kwargs: { inputs: value("in", [4]), training: false, mask: null } }],
  };
  expect(modelFromJson("m.json", graph([inputLayer([4]), call], ["n", 0, 0])).layers.length).toBe(1);
  const masked = {
    ...call,
    inbound_nodes: [{ args: [value("in", [4])], kwargs: { mask: value("in", [4]) } }],
  };
  expect(refusal(graph([inputLayer([4]), masked], ["n", 0, 0]))).toContain(
    'the argument mask in the call of "n"',
  );
});
