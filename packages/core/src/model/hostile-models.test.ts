import { expect, it } from "vitest";
import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import { writeSafetensors } from "../formats/safetensors.js";
import { Conv2D, Dense, Identity, input, type Layer } from "../index.js";
import { loadModel, modelFromJson } from "./load.js";
import { Model } from "./model.js";

/** Keras's JSON of a chain. */
function chain(layers: readonly unknown[], shape: readonly unknown[] = [4, 4, 1]) {
  const first = { class_name: "InputLayer", config: { batch_shape: [null, ...shape] } };
  return { class_name: "Sequential", config: { name: "m", layers: [first, ...layers] } };
}

const layer = (className: string, config: unknown = {}) => ({ class_name: className, config });

function refusal(json: unknown): string {
  try {
    modelFromJson("config.json", json);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HeddleError);
    return (thrown as Error).message;
  }
  throw new Error("nothing was refused");
}

it("a model with half a billion parameters is refused, and the message counts them; weights are drawn once, when they are needed", () => {
  let drawn = 0;
  const counting = {
    className: "Counting",
    initialize: (shape: Shape) => {
      drawn++;
      return new Float32Array(shape.reduce((product, size) => product * size, 1));
    },
    getConfig: () => ({}),
  };
  const dense = (units: number) => new Dense(units, { kernelInitializer: counting, useBias: false });
  const x = input([1000]);
  const make = (units: number) => new Model({ inputs: x, outputs: dense(units).apply(dense(1000).apply(x)) });
  expect(() => make(499_000)).toThrow(
    'Model: expected at most 134,217,728 parameters (512.0 MiB), received 500,000,000 up to Dense "dense_1". Use',
  );
  // A single weight that is larger than any memory is named.
  expect(() => make(1_000_000)).toThrow(
    'Dense "dense_1": expected weights within 2.0 GiB, received a kernel',
  );
  expect(drawn).toBe(0);
  const model = make(3);
  expect(model.parameters).toBe(1_003_000);
  expect(drawn).toBe(0);
  model.getWeights();
  model.getWeights();
  expect(drawn).toBe(2);
});

it("a model whose weights are set draws none first; shapes that an initializer cannot fill are refused at once", () => {
  let drawn = 0;
  const initializer = {
    className: "Counting",
    initialize: () => {
      drawn++;
      return new Float32Array(6);
    },
    getConfig: () => ({}),
  };
  const chainOf = (dense: Dense) => {
    const x = input([3]);
    return new Model({ inputs: x, outputs: dense.apply(x) });
  };
  const model = chainOf(new Dense(2, { kernelInitializer: initializer, useBias: false }));
  model.setWeights([{ shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) }]);
  expect([...model.getWeights()[0]!.values]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(drawn).toBe(0);
  expect(() => chainOf(new Dense(2, { biasInitializer: new Identity() }))).toThrow(
    "Identity: expected a weight of two dimensions, received [2]",
  );
});

it("a weight that Keras numbers through the whole model is found by its layer", async () => {
  const config = chain([layer("LayerScale", { name: "scale", init_values: 0.5, projection_dim: 1 })]);
  const weights = writeSafetensors([{ name: "scale/variable_7", shape: [1], values: Float32Array.of(3) }]);
  const model = await loadModel({ config, weights });
  expect([...model.getWeights()[0]!.values]).toEqual([3]);
});

it("a Normalization whose statistics nobody has set computes nothing, and says so", async () => {
  const model = modelFromJson(
    "config.json",
    chain([layer("Flatten"), layer("Normalization", { name: "n" })]),
  );
  const images = { images: new Float32Array(16).fill(3), count: 1, shape: [4, 4, 1] };
  await expect(model.predict(images)).rejects.toThrow(
    'Normalization "n": expected mean and variance, from its options, from adapt or from the model\'s weights, received none. Load',
  );
  const [mean, variance, count] = [
    new Float32Array(16).fill(1),
    new Float32Array(16).fill(4),
    new Float32Array(1),
  ];
  const shape = [16];
  model.setWeights([
    { shape, values: mean },
    { shape, values: variance },
    { shape: [], values: count },
  ]);
  expect([...(await model.predict(images))]).toEqual(Array(16).fill(1));
  model.dispose();
});

it("sizes beyond all memory are refused, whether a layer has them or they multiply up", () => {
  const grown = Array.from({ length: 60 }, () => layer("UpSampling2D", { size: 1000 }));
  expect(refusal(chain([...grown, layer("Conv2D", { filters: 1, kernel_size: 3 })]))).toContain(
    "an output of at most 536,870,912 numbers for each sample, received [batch, 4000000, 4000000, 1]",
  );
  expect(refusal(chain([layer("Flatten"), layer("Dense", { units: 1e15 })]))).toContain("weights within");
  expect(refusal(chain([layer("Flatten"), layer("Dense", { units: 1e300 })]))).toContain(
    "units to be a whole number",
  );
  expect(refusal(chain([layer("Flatten")], [2 ** 53, 1, 1]))).toContain("each size of batch_shape");
});

it("an Orthogonal weight that would take hours to draw is refused", () => {
  const config = { units: 10_000, kernel_initializer: layer("Orthogonal") };
  expect(refusal(chain([layer("Flatten"), layer("Dense", config)], [10_000]))).toContain(
    "Orthogonal: expected a weight that takes at most 17179869184 multiply-adds, received [10000, 10000], which takes",
  );
});

it("more than 10,000 layers are refused; almost as many without names are named quickly", () => {
  const many = (count: number) => chain(Array.from({ length: count }, () => layer("Flatten")));
  expect(refusal(many(10_001))).toContain("at most 10,000 layers, received 10002");
  const { layers } = modelFromJson("config.json", many(9_999));
  expect([layers[0]?.name, layers.at(-1)?.name]).toEqual(["flatten", "flatten_9998"]);
});

it("a default name skips names that are taken", () => {
  const x = input([4, 4, 1]);
  const given = new Conv2D(1, 1, { name: "conv2d_1" });
  const outputs = [new Conv2D(1, 1), given, new Conv2D(1, 1)].reduce(
    (value, one: Layer) => one.apply(value),
    x,
  );
  expect(new Model({ inputs: x, outputs }).layers.map(({ name }) => name)).toEqual([
    "conv2d",
    "conv2d_1",
    "conv2d_2",
  ]);
});

it("a layer with more than 10,000 inputs is refused", () => {
  const x = input([2]);
  const value = { class_name: "__keras_tensor__", config: { keras_history: ["b", 0, 0] } };
  const dense = new Dense(2).apply(x);
  expect(dense.shape).toEqual([2]);
  const read = (name: string) => [
    { args: [{ ...value, config: { keras_history: [name, 0, 0] } }], kwargs: {} },
  ];
  const json = {
    class_name: "Functional",
    config: {
      layers: [
        { class_name: "InputLayer", name: "a", config: { batch_shape: [null, 2] } },
        { ...layer("Dense", { units: 2 }), name: "b", inbound_nodes: read("a") },
        {
          ...layer("Add"),
          name: "c",
          inbound_nodes: [{ args: [Array.from({ length: 200_000 }, () => value)] }],
        },
      ],
      output_layers: ["c", 0, 0],
    },
  };
  expect(() => modelFromJson("config.json", json)).toThrow(
    "config.json: expected at most 10,000 inputs of each layer, received 200000.",
  );
});

it.each([
  ["a cycle", [{ ...layer("Flatten"), name: "b", inbound: "b" }], "each layer to read layers before it"],
  [
    "two layers of the same name",
    [
      { ...layer("Flatten"), name: "b", inbound: "a" },
      { ...layer("Flatten"), name: "b", inbound: "a" },
    ],
    'layers with different names, received "b"',
  ],
  [
    "an inherited name",
    [{ ...layer("Flatten"), name: "b", inbound: "constructor" }],
    "each layer to read layers before it",
  ],
])("a graph with %s is refused", (_, list, message) => {
  const layers = list.map(({ inbound, ...rest }) => ({
    ...rest,
    inbound_nodes: [{ args: [{ config: { keras_history: [inbound, 0, 0] } }] }],
  }));
  const first = { class_name: "InputLayer", name: "a", config: { batch_shape: [null, 2] } };
  const json = {
    class_name: "Functional",
    config: { layers: [first, ...layers], output_layers: ["b", 0, 0] },
  };
  expect(refusal(json)).toContain(message);
});

it.each([
  ["a size with a toString of its own", chain([], [{ toString: 1 }]), 'the key "toString"'],
  [
    "a number of units with a valueOf of its own",
    chain([layer("Flatten"), layer("Dense", { units: { valueOf: 1 } })]),
    'the key "valueOf"',
  ],
  [
    "a class called constructor",
    chain([layer("constructor")]),
    "with the layer constructor, which Heddle does not read",
  ],
  [
    "a class called __proto__",
    chain([layer("__proto__")]),
    "with the layer __proto__, which Heddle does not read",
  ],
  [
    "an axis that is true",
    chain([layer("LayerNormalization", { axis: true })]),
    "axis to be a whole number or a list of them",
  ],
  [
    "an axis that is an object",
    chain([layer("LayerNormalization", { axis: {} })]),
    "axis to be a whole number or a list of them",
  ],
  [
    "a mean that is an object",
    chain([layer("Normalization", { mean: {}, variance: 1 })]),
    "mean and variance to be numbers",
  ],
  [
    "a fractional axis",
    chain([
      layer("Flatten"),
      layer("Dense", { units: 2, kernel_constraint: layer("MaxNorm", { axis: 0.5 }) }),
    ]),
    "axis to be a whole number or a list of them, received 0.5",
  ],
])("%s is refused", (_, json, message) => {
  expect(refusal(JSON.parse(JSON.stringify(json)))).toContain(message);
});
