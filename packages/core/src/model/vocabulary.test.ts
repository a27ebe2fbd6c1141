// Layers and activations that the study's CNN lacks, in whole models.
import { describe, expect, it } from "vitest";
import {
  Activation,
  type ActivationName,
  Add,
  AveragePooling2D,
  Conv2D,
  Dense,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  input,
  LayerNormalization,
  LayerScale,
  Maximum,
  MultiHeadAttention,
  Multiply,
  Permute,
  Reshape,
  SpatialDropout2D,
  StochasticDepth,
  type Tensor,
  UnitNormalization,
  UpSampling2D,
  ZeroPadding2D,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import { Adam } from "../optimizers/index.js";
import { modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";
import { tinyImages } from "./tiny-model.testing.js";

/** Each pooling and shape layer once, between 8×8 pixels and three classes. */
function shapes(): Sequential {
  return new Sequential(
    [
      new Input([8, 8, 1]),
      new ZeroPadding2D([
        [1, 0],
        [0, 3],
      ]),
      new Conv2D(5, 3, { activation: "gelu" }),
      new AveragePooling2D(3, { strides: 2, padding: "same" }),
      new SpatialDropout2D(0.25),
      new UpSampling2D([2, 1]),
      new Conv2D(6, 2, { activation: "leakyRelu" }),
      new GlobalMaxPooling2D(),
      new Reshape([1, 2, 3]),
      new Activation("softplus"),
      new GlobalAveragePooling2D({ keepdims: true }),
      new Reshape([-1]),
      new Dense(3, { activation: "softmax" }),
    ],
    { seed: 3 },
  );
}

async function trained(model: Model, threads: number) {
  model.compile({ threads, optimizer: new Adam({ learningRate: 0.01 }) });
  const { epochs } = await model.fit(tinyImages(100), { epochs: 3, batchSize: 24 });
  model.dispose();
  return { sha: await model.weightsSha256(), loss: epochs.map(({ loss }) => loss) };
}

describe("pooling and shape layers in a model", () => {
  it("have Keras's names and shapes", () => {
    const names = shapes().layers.map(({ name }) => name);
    expect(names).toEqual([
      ...["zero_padding2d", "conv2d", "average_pooling2d", "spatial_dropout2d", "up_sampling2d", "conv2d_1"],
      ...["global_max_pooling2d", "reshape", "activation", "global_average_pooling2d", "reshape_1", "dense"],
    ]);
  });

  it("train to the same weights on one, two and four threads", async () => {
    const one = await trained(shapes(), 1);
    expect(one.loss.every(Number.isFinite)).toBe(true);
    expect(one.loss[2]).toBeLessThan(one.loss[0]!);
    expect(await trained(shapes(), 2)).toEqual(one);
    expect(await trained(shapes(), 4)).toEqual(one);
  });

  it("are read back from their configuration", () => {
    const model = shapes();
    const again = modelFromJson("config.json", JSON.parse(JSON.stringify(model.toJson())));
    expect(again.toJson()).toEqual(model.toJson());
  });
});

/** Patches that attend to each other, behind a gate of their channels. */
function transformer(): Model {
  const inputs = input([8, 8, 1]);
  const patches = new Conv2D(6, 2, { strides: 2 }).apply(new GaussianNoise(0.1).apply(inputs));
  const gate = new Dense(6, { activation: "sigmoid" }).apply(new GlobalAveragePooling2D().apply(patches));
  let x = new Reshape([-1, 6]).apply(new Multiply().apply([patches, gate]));
  const residual = (branch: Tensor) => {
    const scaled = new LayerScale(0.5, 6).apply(new GaussianDropout(0.1).apply(branch));
    return new Add().apply([x, new StochasticDepth(0.2).apply(scaled)]);
  };
  const normal = new LayerNormalization().apply(x);
  x = residual(new MultiHeadAttention(2, 4, { dropout: 0.1 }).apply([normal, normal]));
  x = residual(new Dense(6, { activation: "gelu" }).apply(new LayerNormalization().apply(x)));
  const mixed = new Dense(16).apply(new Permute([2, 1]).apply(x));
  x = new Maximum().apply([x, new Permute([2, 1]).apply(mixed)]);
  x = new UnitNormalization().apply(new GlobalAveragePooling1D().apply(x));
  return new Model({ inputs, outputs: new Dense(3, { activation: "softmax" }).apply(x) }, { seed: 5 });
}

describe("a small vision transformer", () => {
  it("trains to the same weights on one, two and four threads", async () => {
    const one = await trained(transformer(), 1);
    expect(one.loss[2]).toBeLessThan(one.loss[0]!);
    expect(await trained(transformer(), 2)).toEqual(one);
    expect(await trained(transformer(), 4)).toEqual(one);
  });

  it("is read back from its configuration, its attention with the inputs of both arguments", () => {
    const model = transformer();
    const again = modelFromJson("config.json", JSON.parse(JSON.stringify(model.toJson())));
    expect(again.toJson()).toEqual(model.toJson());
  });
});

describe("activations in a model", () => {
  const names: ActivationName[] = ["leakyRelu", "elu", "selu", "gelu", "geluTanh", "silu"];
  names.push("sigmoid", "tanh", "softplus", "softmax", "hardSwish");

  it.each(names)(
    "include %s, which learns, to the same weights on one and two threads",
    async (activation) => {
      const model = () =>
        new Sequential([
          ...[new Input([8, 8, 1]), new Conv2D(5, 3, { activation, strides: 2 }), new Reshape([-1])],
          ...[
            new Dense(7, { activation }),
            new Activation(activation),
            new Dense(3, { activation: "softmax" }),
          ],
        ]);
      const one = await trained(model(), 1);
      expect(one.loss[2]).toBeLessThan(one.loss[0]!);
      expect(await trained(model(), 2)).toEqual(one);
    },
  );
});
