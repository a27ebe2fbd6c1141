import { describe, expect, it } from "vitest";
import { serialize } from "../base/registry.js";
import {
  CenterCrop,
  Conv2D,
  Dense,
  Flatten,
  type Layer,
  layers,
  Normalization,
  RandomContrast,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  Rescaling,
  Resizing,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import { Sequential } from "./sequential.js";
import { tinyImages } from "./tiny-model.testing.js";

/** Every preprocessing layer twice: on bytes, and after layers with weights, so that gradients pass through it. */
function model(): Sequential {
  const images = tinyImages(60);
  const normalization = new Normalization();
  normalization.adapt(images);
  const preprocessing = (size: number, range: readonly [number, number]): Layer[] => [
    new RandomFlip("horizontal"),
    new RandomErasing({ valueRange: range }),
    new RandomTranslation(0.2, 0.2, { fillMode: "constant" }),
    new RandomRotation(0.1),
    new RandomZoom(0.2, { fillMode: "wrap" }),
    new RandomContrast(0.3, { valueRange: range }),
    new Resizing(size + 2, size + 3),
    new RandomCrop(size + 1, size),
    new CenterCrop(size, size),
  ];
  return new Sequential(
    [
      new Input([8, 8, 1]),
      ...preprocessing(8, [0, 255]),
      normalization,
      new Conv2D(4, 3, { activation: "relu" }),
      ...preprocessing(6, [-4, 4]),
      new Rescaling(0.5),
      new Flatten(),
      new Dense(3, { activation: "softmax" }),
    ],
    { seed: 3 },
  );
}

async function trained(threads: number) {
  const one = model();
  one.compile({ threads });
  const { epochs } = await one.fit(tinyImages(60), { epochs: 2, batchSize: 16 });
  const { loss } = await one.evaluate(tinyImages(20, 2));
  const copies = one.layers.map((layer) =>
    layers.deserialize("test", JSON.parse(JSON.stringify(serialize(layer)))),
  );
  const again = new Sequential([new Input([8, 8, 1]), ...copies]);
  again.weights.forEach((weight, index) => {
    weight.values.set(one.weights[index]!.values);
  });
  const reloaded = await again.evaluate(tinyImages(20, 2));
  again.dispose();
  one.dispose();
  return {
    sha: await one.weightsSha256(),
    epochs: epochs.map((epoch) => epoch.loss),
    loss,
    reloaded: reloaded.loss,
  };
}

describe("a model with every preprocessing layer", () => {
  it("trains to the same weights on any number of threads, and evaluates the same after its configuration is read back", async () => {
    const one = await trained(1);
    expect(one.epochs.every((loss) => Number.isFinite(loss))).toBe(true);
    expect(one.reloaded).toBe(one.loss);
    for (const threads of [2, 4]) expect(await trained(threads)).toEqual(one);
  });

  it("writes the mean and variance that adapt computed to its configuration", () => {
    const [config] = model()
      .layers.filter((layer) => layer.className === "Normalization")
      .map((layer) => layer.getConfig());
    expect(config).toMatchObject({ axis: [-1], mean: expect.any(Number), variance: expect.any(Number) });
  });
});

describe("a Normalization without statistics of its own", () => {
  it("has those of its weights, as Keras's adapt leaves them, which training does not change", async () => {
    const normalization = new Normalization({ axis: [1, 3] });
    const model = new Sequential([new Input([2, 1, 2]), normalization, new Flatten(), new Dense(2)]);
    expect(normalization.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ["normalization/mean", [2, 2]],
      ["normalization/variance", [2, 2]],
      ["normalization/count", []],
    ]);
    const statistics = [
      { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      { shape: [2, 2], values: Float32Array.of(4, 9, 16, 0.25) },
      { shape: [], values: Float32Array.of(0) },
    ];
    const identity = [
      { shape: [4, 2], values: Float32Array.of(1, 0, 0, 1, 10, 0, 0, 10) },
      { shape: [2], values: Float32Array.of(0, 0) },
    ];
    model.setWeights([...statistics, ...identity]);
    const samples = { images: Float32Array.of(5, 8, 7, 5), shape: [2, 1, 2], count: 1 };
    expect([...(await model.predict(samples))]).toEqual([2 + 10, 2 + 20]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await model.fit({ ...samples, targets: Float32Array.of(1, 2) }, { epochs: 1 });
    expect(normalization.getWeights()).toEqual(statistics);
    model.dispose();
  });
});
