import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  Flatten,
  GlobalAveragePooling2D,
  input,
  LayerNormalization,
  MaxPooling2D,
} from "../layers/index.js";
import { Input } from "../network/input.js";
import { SGD } from "../optimizers/index.js";
import { loadModel } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

const models: Model[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

function track<M extends Model>(model: M): M {
  models.push(model);
  return model;
}

/** Samples of [6, 6, 2] with labels of three classes. */
function samples(count: number, seed = 3) {
  const random = new Random(seed, "split");
  const images = Float32Array.from({ length: count * 72 }, () => 2 * random.uniform() - 1);
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  return { images, labels, count, shape: [6, 6, 2] };
}

/** A chain that normalizes its input, images inside, and flat vectors before its last layer. */
function chain(): Sequential {
  const model = track(
    new Sequential(
      [
        new Input([6, 6, 2]),
        new BatchNormalization({ momentum: 0.5 }),
        new Conv2D(5, 3, { useBias: false }),
        new BatchNormalization({ momentum: 0.5 }),
        new Activation("relu"),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(7),
        new BatchNormalization({ momentum: 0.5, scale: false }),
        new LayerNormalization(),
        new Dense(3, { activation: "softmax" }),
      ],
      { seed: 4 },
    ),
  );
  return model;
}

/** A residual block with a normalization on each branch. */
function residual(): Model {
  const x = input([6, 6, 2]);
  const a = new Conv2D(4, 3, { padding: "same", useBias: false }).apply(x);
  const b = new Activation("relu").apply(new BatchNormalization({ momentum: 0.5 }).apply(a));
  const c = new Conv2D(4, 3, { padding: "same", useBias: false }).apply(b);
  const d = new BatchNormalization({ momentum: 0.5 }).apply(c);
  const shortcut = new BatchNormalization({ momentum: 0.5 }).apply(new Conv2D(4, 1).apply(x));
  const y = new Activation("relu").apply(new Add().apply([d, shortcut]));
  const outputs = new Dense(3, { activation: "softmax" }).apply(new GlobalAveragePooling2D().apply(y));
  return track(new Model({ inputs: x, outputs }, { seed: 4 }));
}

const weightNamed = (model: Model, name: string) =>
  model.weights.find((weight) => weight.name === name)!.values;

describe.each([["a chain", chain] as const, ["a residual block", residual] as const])(
  "%s with batch normalization",
  (_, build) => {
    it("trains to the same weights on any number of threads, with a smaller last batch", async () => {
      const hashes = [];
      for (const threads of [1, 2, 3]) {
        const model = build();
        model.compile({ optimizer: "adam", threads });
        // 43 = 2 · 20 + 3: most shards of the last batch hold no sample.
        await model.fit(samples(43), { epochs: 2, batchSize: 20 });
        hashes.push(await model.weightsSha256());
      }
      expect(new Set(hashes).size).toBe(1);
      expect(hashes[0]).not.toBe(await build().weightsSha256());
    });

    it("learns, and evaluates with its moving statistics", async () => {
      const model = build();
      model.compile({ optimizer: "adam", threads: 2 });
      const data = samples(48);
      const { epochs } = await model.fit(data, { epochs: 20, batchSize: 16, validationData: data });
      expect(epochs.at(-1)!.loss).toBeLessThan(0.95 * epochs[0]!.loss);
      const last = epochs.at(-1)!;
      expect((await model.evaluate(data)).loss).toBe(last.valLoss);
      // At momentum 0.5 the moving statistics soon match the batches'.
      expect(Math.abs(last.valLoss! - last.loss)).toBeLessThan(0.5 * last.loss);
    });

    it("is saved and loaded with its moving statistics", async () => {
      const model = build();
      model.compile({ threads: 1 });
      await model.fit(samples(20), { batchSize: 10 });
      const folder = await mkdtemp(join(tmpdir(), "heddle-norm-"));
      try {
        await model.save(folder);
        const loaded = track(await loadModel(folder));
        expect(loaded.toJson()).toEqual(model.toJson());
        expect(await loaded.weightsSha256()).toBe(await model.weightsSha256());
        expect(await loaded.predict(samples(5))).toEqual(await model.predict(samples(5)));
        const moved = weightNamed(loaded, "batch_normalization/moving_variance");
        expect(moved.some((value) => value !== 1)).toBe(true);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);

describe("batch normalization in a model", () => {
  it("counts its moving statistics as non-trainable weights", () => {
    const model = chain();
    expect(model.weights.filter(({ trainable }) => !trainable).map(({ name }) => name)).toEqual([
      ...["batch_normalization/moving_mean", "batch_normalization/moving_variance"],
      ...["batch_normalization_1/moving_mean", "batch_normalization_1/moving_variance"],
      ...["batch_normalization_2/moving_mean", "batch_normalization_2/moving_variance"],
    ]);
    // 2·4 + 90 + 5·4 + 147 + 7·3 + 7·2 + 24
    expect(model.parameters).toBe(324);
    const lines = model.summary().split("\n");
    expect(lines).toContain("Total params: 324 (1.27 KiB)");
    expect(lines).toContain("Trainable params: 296 (1.16 KiB)");
    expect(lines).toContain("Non-trainable params: 28 (0.11 KiB)");
  });

  it("absorbs a ReLU after it into its kernels", () => {
    const nodes = residual().lower().ops;
    const relus = nodes.map(({ node }) => (node.op === "batchNormalization" ? node.relu : node.op));
    expect(relus).toContain(true);
    // The one after the sum stays an op of its own.
    expect(relus.filter((op) => op === "relu").length).toBe(1);
  });

  it("when frozen, keeps its weights and normalizes with its moving statistics", async () => {
    const model = chain();
    const layer = model.layers[2]!;
    layer.trainable = false;
    const before = layer.weights.map(({ values }) => values.slice());
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), threads: 2 });
    await model.fit(samples(30), { batchSize: 10 });
    expect(layer.weights.map(({ values }) => values)).toEqual(before);
    expect(weightNamed(model, "batch_normalization/moving_mean").some((value) => value !== 0)).toBe(true);
  });
});
