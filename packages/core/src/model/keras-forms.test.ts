// The forms in which Keras 2, Keras 3 and TensorFlow.js write one and the same model.
import { describe, expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import { BatchNormalization, Conv2D, Dense, Flatten, Normalization } from "../layers/index.js";
import { Input } from "../network/input.js";
import { loadModel, modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

type Config = Record<string, unknown>;
const layer = (className: string, name: string, config: Config = {}) => ({
  class_name: className,
  config: { name, trainable: true, dtype: "float32", ...config },
});
const batch = [null, 6, 6, 1];
const conv = layer("Conv2D", "conv", { filters: 2, kernel_size: [3, 3], strides: [1, 1], groups: 1 });
const norm = layer("BatchNormalization", "norm", { axis: [3], momentum: 0.9 });
const flatten = layer("Flatten", "flat", { data_format: "channels_last" });
const dense = layer("Dense", "head", { units: 3, activation: "softmax" });
const body = [conv, norm, flatten, dense];
const inputLayer = layer("InputLayer", "in", { batch_input_shape: batch, sparse: false, ragged: false });
const withShape = [{ ...conv, config: { ...conv.config, batch_input_shape: batch } }, ...body.slice(1)];
const sequential = (layers: unknown, name = "clothes") => ({
  class_name: "Sequential",
  config: { name, layers },
});

/** A graph as Keras 2 writes it; `extra` are further arguments of the layers' calls. */
function graph(
  className: string,
  entries: readonly (readonly [
    entry: ReturnType<typeof layer> | object,
    name: string,
    reads: readonly string[],
    extra?: Config,
  ])[],
) {
  const layers = entries.map(([entry, name, reads, extra = {}]) => ({
    ...entry,
    name,
    inbound_nodes: reads.length === 0 ? [] : [reads.map((one) => [one, 0, 0, extra])],
  }));
  const config = { name: "clothes", layers, input_layers: [["in", 0, 0]] };
  return { class_name: className, config: { ...config, output_layers: [[entries.at(-1)![1], 0, 0]] } };
}
const functional = graph("Model", [
  [inputLayer, "in", []],
  [conv, "conv", ["in"]],
  [norm, "norm", ["conv"]],
  [flatten, "flat", ["norm"]],
  [dense, "head", ["flat"]],
]);

const expected = new Sequential(
  [
    new Input([6, 6, 1]),
    new Conv2D(2, 3, { name: "conv" }),
    new BatchNormalization({ momentum: 0.9, name: "norm" }),
    new Flatten({ name: "flat" }),
    new Dense(3, { activation: "softmax", name: "head" }),
  ],
  { name: "clothes" },
);

describe("a model is read from", () => {
  const chain = sequential(withShape);
  it.each<[string, unknown]>([
    ["a chain with an InputLayer and the shape once more", sequential([inputLayer, ...withShape])],
    ["a chain with the shape in its first layer, as Keras 2 writes it", { ...chain, keras_version: "2.2.4" }],
    ["a list of layers without a name around it", { class_name: "Sequential", config: withShape }],
    [
      "a chain that was built for a shape",
      {
        class_name: "Sequential",
        config: { name: "clothes", layers: body, build_input_shape: batch },
      },
    ],
    ["a text of JSON", JSON.stringify(chain)],
    ["a text of JSON in a text of JSON", JSON.stringify(JSON.stringify(functional))],
    ["a graph with inbound nodes in lists", functional],
    [
      "a graph called Functional, of one output in a plain list",
      {
        ...functional,
        class_name: "Functional",
        config: { ...functional.config, output_layers: ["head", 0, 0] },
      },
    ],
    [
      "TensorFlow.js's model.json, converted from Keras",
      {
        format: "layers-model",
        modelTopology: { keras_version: "2.4.0", backend: "tensorflow", model_config: functional },
        weightsManifest: [],
      },
    ],
    [
      "TensorFlow.js's model.json, saved by itself",
      {
        modelTopology: { ...chain, keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" },
        format: "layers-model",
      },
    ],
    ["the attributes of an HDF5 file", { model_config: JSON.stringify(chain) }],
    ["a chain within a chain", sequential([inputLayer, sequential([conv, norm], "body"), flatten, dense])],
    ["a chain whose shape is in a chain within it", sequential([sequential(withShape, "all")])],
    [
      "a graph within a chain",
      sequential([inputLayer, { ...functional, config: { ...functional.config, name: "g" } }]),
    ],
    [
      "a chain within a graph",
      graph("Functional", [
        [inputLayer, "in", []],
        [sequential([inputLayer, conv, norm, flatten], "body"), "body", ["in"]],
        [dense, "head", ["body"]],
      ]),
    ],
  ])("%s", (_, json) => {
    const model = modelFromJson("model.json", json);
    const [own, other] = [model, expected].map((one) => ({
      rows: one.summaryRows(),
      layers: one.layers.map((each) => each.getConfig()),
    }));
    expect(own).toEqual(other);
    if (!(typeof json === "object" && json !== null && Array.isArray((json as Config)["config"]))) {
      if (JSON.stringify(json).includes('"clothes"')) expect(model.name).toMatch("clothes");
    }
  });

  it("a text, by loadModel too", async () => {
    const { "weights.safetensors": weights } = expected.toFiles();
    const model = await loadModel({ config: JSON.stringify(JSON.stringify(functional)), weights });
    expect(model.getWeights()).toEqual(expected.getWeights());
  });
});

it("layers of inner models keep their names where those are free, and get the model's before them otherwise", () => {
  const inner = (name: string) =>
    sequential([layer("Dense", "a", { units: 4 }), layer("Dense", "b", { units: 4 })], name);
  const first = layer("InputLayer", "in", { batch_input_shape: [null, 4] });
  const json = sequential([first, inner("one"), inner("two"), layer("Dense", "a", { units: 2 })]);
  const model = modelFromJson("model.json", json);
  expect(model).toBeInstanceOf(Sequential);
  expect(model.layers.map(({ name }) => name)).toEqual(["one_a", "b", "two_a", "two_b", "a"]);
  expect(modelFromJson("again", model.toJson()).layers.length).toBe(5);
});

it("a chain with an inner model that branches is a functional one", () => {
  const branching = graph("Functional", [
    [inputLayer, "in", []],
    [layer("Conv2D", "side", { filters: 1, kernel_size: 1 }), "side", ["in"]],
    [layer("Add", "sum"), "sum", ["in", "side"]],
  ]);
  const json = sequential([inputLayer, branching, flatten, dense]);
  const model = modelFromJson("model.json", json);
  expect(model).toBeInstanceOf(Model);
  expect(model).not.toBeInstanceOf(Sequential);
  expect(model.placed.map(({ inputs }) => inputs)).toEqual([[-1], [-1, 0], [1], [2]]);
  expect(() => Sequential.fromJson("model.json", json)).toThrow(
    'model.json: expected a chain of layers, received "a functional model".',
  );
});

describe("everything that Heddle does not have is named at once:", () => {
  const refusal = (json: unknown): string => {
    try {
      modelFromJson("m.json", json);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(HeddleError);
      return (thrown as Error).message;
    }
    throw new Error("nothing was refused");
  };
  const refused = (writer: string, what: string) =>
    `m.json: expected a model of layers and options that Heddle has, received JSON of ${writer} with ${what}, which Heddle does not read. Replace them in the model; docs/keras-differences.md says what there is.`;

  it("layers, options, initializers and activations", () => {
    const json = sequential([
      ...[inputLayer, layer("Lambda", "one"), layer("Lambda", "two")],
      layer("BatchNormalization", "bn", { renorm: true, synchronized: true, virtual_batch_size: 8 }),
      sequential([
        layer("Conv2D", "c", {
          filters: 1,
          kernel_size: 1,
          activation: "mish",
          data_format: "channels_first",
        }),
      ]),
      layer("Dense", "d", { units: 1, kernel_initializer: layer("STFT", "s") }),
    ]);
    expect(refusal({ ...json, keras_version: "2.15.0" })).toBe(
      refused(
        "Keras 2",
        'the layer Lambda "one", whose Python code is never run, the layer Lambda "two", whose Python code is never run, synchronized true of BatchNormalization "bn", renorm true of BatchNormalization "bn", the key "virtual_batch_size" of BatchNormalization "bn", the activation mish, data_format "channels_first" of Conv2D "c" and the initializer STFT',
      ),
    );
  });

  it("several inputs and outputs, also of layers, and calls in another mode", () => {
    const json = graph("Functional", [
      [inputLayer, "in", []],
      [inputLayer, "in2", []],
      [layer("Add", "sum"), "sum", ["in", "in2"]],
      [norm, "norm", ["sum"], { training: false }],
      [layer("Dropout", "drop", { rate: 0.5 }), "drop", ["norm"], { training: true, mask: null }],
    ]);
    const { config } = json;
    const shared = { ...config.layers[2]!, inbound_nodes: [[["in", 0, 0, {}]], [["in2", 0, 1, {}]]] };
    const layers = [...config.layers.slice(0, 2), shared, ...config.layers.slice(3)];
    const output_layers = [
      ["drop", 0, 0],
      ["norm", 0, 0],
    ];
    expect(refusal({ ...json, config: { ...config, layers, output_layers } })).toBe(
      refused(
        "Keras 2",
        'output 1 of the layer "in2", training=False in the call of BatchNormalization "norm", training=True in the call of Dropout "drop", 2 inputs of a model and 2 outputs of a model',
      ),
    );
  });

  it("Keras 3 and TensorFlow.js are named", () => {
    const json = sequential([inputLayer, layer("LSTM", "l")]);
    expect(refusal({ ...json, module: "keras" })).toBe(refused("Keras 3", "the layer LSTM"));
    expect(refusal({ modelTopology: json })).toBe(refused("TensorFlow.js", "the layer LSTM"));
  });

  it("a graph of TensorFlow.js has no layers", () => {
    expect(refusal({ format: "graph-model", modelTopology: { node: [] } })).toBe(
      'm.json: expected a layers-model of TensorFlow.js, received "graph-model". A graph-model has no layers left: convert the Keras model in the format tfjs_layers_model.',
    );
  });
});

it.each([[[4, 4]], [[16]], [[4, 4, 1]]])(
  "a model of inputs [%s] predicts, trains on and evaluates images of 4×4×1",
  async (shape) => {
    const model = new Sequential([new Input(shape), new Flatten(), new Dense(2, { activation: "softmax" })]);
    model.compile({ threads: 1 });
    const images = Uint8Array.from({ length: 32 }, (_, i) => i);
    const samples = { images, labels: new Uint8Array([0, 1]), count: 2, shape: [4, 4, 1] };
    expect(await model.predict(samples)).toEqual(await model.predict({ ...samples, shape }));
    await model.fit(samples);
    expect((await model.evaluate(samples)).loss).toBeGreaterThan(0);
    await expect(model.predict({ ...samples, count: 1, shape: [32, 1] })).rejects.toThrow(
      `expected images of ${shape.join("×")}, received images of 32×1`,
    );
    model.dispose();
  },
);

describe("an axis", () => {
  const read = (axis: unknown, shape: readonly number[]) =>
    modelFromJson("m.json", {
      class_name: "Sequential",
      config: [layer("BatchNormalization", "bn", { axis, batch_input_shape: [null, ...shape] })],
    });
  it.each([
    [3, [4, 4, 2]],
    [[3], [4, 4, 2]],
    [-1, [4, 4, 2]],
    [[-1], [5]],
    [1, [5]],
    [[1], [5]],
  ])("%j is the last one of [batch, %s]", (axis, shape) => {
    expect(read(axis, shape).layers[0]!.weights[0]!.shape).toEqual(shape.slice(-1));
    expect(read(axis, shape).layers[0]!.getConfig()["axis"]).toBe(-1);
  });

  it.each([1, [1], 2, -2])("%j of images is refused, since it is not that of the channels", (axis) => {
    expect(() => read(axis, [4, 4, 2])).toThrow(
      /^BatchNormalization "bn": expected axis to be the last of \[batch, 4, 4, 2\], which is -1 or 3, received -?\d\./,
    );
  });

  it("of Normalization is read the same way", () => {
    for (const axis of [3, [3], -1, [-1]]) {
      const options = { axis: axis as number, mean: [1, 2], variance: [3, 4] };
      expect(new Normalization(options).outputShape([4, 4, 2])).toEqual([4, 4, 2]);
      expect(new Normalization(options).getConfig()["axis"]).toEqual([axis].flat());
    }
  });
});
