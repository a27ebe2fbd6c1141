import * as heddle from "@heddle/core";
import { type Model, Sequential } from "@heddle/core";
import { afterEach, describe, expect, it } from "vitest";
import { exportModel } from "../export-model.js";
import { importModel } from "../import-model.js";

const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function kept(model: Model): Model {
  // One thread: these are small.
  model.compile({ threads: 1 });
  models.push(model);
  return model;
}

async function written(model: Model) {
  const warnings: string[] = [];
  const files = await exportModel(kept(model), "tfjs", { onWarning: (message) => warnings.push(message) });
  const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
  return { files, json, warnings, layers: json.modelTopology.config.layers };
}

function samples({ inputShape }: Model, count = 3) {
  const size = inputShape.reduce((product, one) => product * one, 1);
  const images = Float32Array.from({ length: count * size }, (_, at) => ((at * 37) % 23) / 11 - 1);
  return { images, count, shape: inputShape };
}

const branches = () => {
  const x = heddle.input([8, 8, 3]);
  const shared = new heddle.Conv2D(3, 3, { padding: "same", activation: "leakyRelu", name: "my conv" });
  const twice = shared.apply(shared.apply(new heddle.RandomFlip().apply(x)));
  const gate = new heddle.GlobalAveragePooling2D({ keepdims: true }).apply(twice);
  const scaled = new heddle.Multiply().apply([
    twice,
    new heddle.Dense(3, { activation: "hardSwish" }).apply(gate),
  ]);
  const difference = new heddle.Subtract().apply([scaled, new heddle.LayerScale(0.3, 3).apply(x)]);
  const cropped = new heddle.CenterCrop(5, 4).apply(
    new heddle.ReLU({ negativeSlope: 0.1 }).apply(new heddle.BatchNormalization().apply(difference)),
  );
  const flat = new heddle.Flatten().apply(
    new heddle.DepthwiseConv2D(2, { activation: "silu" }).apply(cropped),
  );
  return new heddle.Model({
    inputs: x,
    outputs: new heddle.Dense(2, { activation: "softmax" }).apply(flat),
  });
};

describe("writing layers models of TensorFlow.js", () => {
  it("names weights after layers, the trained ones first, in the form of Keras 2", async () => {
    const model = new Sequential(
      [
        new heddle.Input([6, 6, 2]),
        new heddle.Conv2D(3, 3, { kernelRegularizer: new heddle.L2(0.01), kernelInitializer: "lecunNormal" }),
        new heddle.BatchNormalization(),
        new heddle.DepthwiseConv2D(2, { name: "deep", trainable: false }),
        new heddle.GlobalMaxPooling2D(),
        new heddle.Dense(2, { activation: "softmax" }),
      ],
      { classes: ["cat", "dog"] },
    );
    const { files, json, layers } = await written(model);
    expect(json).toMatchObject({
      format: "layers-model",
      generatedBy: expect.stringMatching(/^Heddle \d/),
      modelTopology: { class_name: "Sequential", keras_version: "tfjs-layers 4.22.0" },
      userDefinedMetadata: { heddle: { classes: ["cat", "dog"] } },
    });
    expect(layers[0]).toMatchObject({
      class_name: "InputLayer",
      config: { batch_input_shape: [null, 6, 6, 2], dtype: "float32" },
    });
    expect(layers[1].config).toMatchObject({
      kernel_regularizer: { class_name: "L1L2", config: { l1: 0, l2: 0.01 } },
      kernel_initializer: { class_name: "LeCunNormal" },
    });
    expect(layers[1].config).not.toHaveProperty("groups");
    expect(json.weightsManifest[0].weights.map(({ name }: { name: string }) => name)).toEqual([
      ...["conv2d/kernel", "conv2d/bias", "batch_normalization/gamma", "batch_normalization/beta"],
      ...["dense/kernel", "dense/bias", "batch_normalization/moving_mean"],
      ...["batch_normalization/moving_variance", "deep/depthwise_kernel", "deep/bias"],
    ]);
    expect(files["model.weights.bin"]).toHaveLength(4 * model.parameters);
  });

  it("comes back with the same bits, layers that become several included", async () => {
    const model = branches();
    const { files, warnings, json } = await written(model);
    const back = kept(await importModel(files));
    expect(warnings).toEqual(["TensorFlow.js has no RandomFlip: left out, since it acts in training alone."]);
    const names = json.modelTopology.config.layers.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["my_conv", "my_conv_leakyrelu", "dense_multiply"]));
    expect(new Set(names).size).toBe(names.length);
    const bits = (of: Model) => of.weights.map((weight) => [...weight.read()].join()).sort();
    expect(bits(back)).toEqual(bits(model));
    const own = await model.predict(samples(model));
    const again = await back.predict(samples(model));
    expect(Math.max(...own.map((value, at) => Math.abs(value - again[at]!)))).toBeLessThan(1e-6);
  });

  it("names every layer that TensorFlow.js does not have", async () => {
    const model = new Sequential([
      new heddle.Input([9, 9, 4]),
      new heddle.Resizing(8, 8),
      new heddle.Conv2D(4, 3, { groups: 2 }),
      new heddle.ELU({ alpha: 0.5 }),
      new heddle.Flatten(),
      new heddle.Dense(2, { activation: "geluTanh" }),
      new heddle.UnitNormalization(),
    ]);
    await expect(written(model)).rejects.toThrow(
      'Model "sequential": expected layers that TensorFlow.js has, received Resizing "resizing", Conv2D "conv2d" with 2 groups, ELU "elu" with alpha 0.5, Dense "dense" with the activation gelu_tanh, UnitNormalization "unit_normalization". Replace them, or export as ONNX; docs/interchange.md lists what is written.',
    );
  });

  it("writes statistics as a frozen batch normalization, or as one factor", async () => {
    for (const [options, className] of [
      [{ mean: [1, 2], variance: [4, 9] }, "BatchNormalization"],
      [{ axis: null, mean: 1, variance: 4 }, "Rescaling"],
    ] as const) {
      const model = new Sequential([
        new heddle.Input([2, 2, 2]),
        new heddle.Normalization(options),
        new heddle.Flatten(),
        new heddle.Dense(2),
      ]);
      const { files, layers } = await written(model);
      expect(layers[1]).toMatchObject({ class_name: className, config: { name: "normalization" } });
      const back = kept(await importModel(files));
      const [own, again] = [await model.predict(samples(model)), await back.predict(samples(model))];
      own.forEach((value, at) => void expect(again[at]).toBeCloseTo(value, 5));
    }
  });
});
