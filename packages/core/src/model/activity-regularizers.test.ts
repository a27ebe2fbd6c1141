// Penalties on layers' outputs, against real Keras: tools/golden/activity-regularizers.py.
import { afterAll, describe, expect, it } from "vitest";
import { againstKeras, BOUNDS, readGolden } from "../base/golden.testing.js";
import type { JsonObject } from "../base/json.js";
import { ActivityRegularization, Conv2D, Dense, Flatten, MaxPooling2D } from "../layers/index.js";
import { BinaryCrossentropy, MeanSquaredError } from "../losses/index.js";
import { Input } from "../network/input.js";
import { expectClose } from "../ops/op-lab.testing.js";
import { SGD } from "../optimizers/index.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import { modelFromJson } from "./load.js";
import type { Model } from "./model.js";
import { Sequential } from "./sequential.js";
import { asFloats, tinyImages } from "./tiny-model.testing.js";

interface Golden {
  readonly batchSize: number;
  readonly rate: number;
  readonly cases: readonly {
    readonly name: string;
    readonly model: JsonObject;
    readonly weights: readonly number[][];
    readonly x: readonly number[];
    readonly shape: readonly number[];
    readonly y: readonly number[];
    readonly sampleWeight: readonly number[] | null;
    /** The loss of `evaluate` before training; `evaluated` is the loss after it. */
    readonly before: number;
    readonly evaluated: number;
    /** Of the first batch. */
    readonly gradients: readonly number[][];
    readonly losses: readonly number[];
    readonly after: readonly number[][];
  }[];
}
const golden = readGolden<Golden>("activity-regularizers");
const models: Model[] = [];
afterAll(() => {
  for (const model of models) model.dispose();
});

describe("activity regularizers have Keras's losses, gradients and weights", () => {
  const named = golden.cases.map((example) => [example.name, example] as const);
  it.each(named)("%s", async (name, example) => {
    const { batchSize, rate } = golden;
    const own = JSON.stringify(example.model).includes('"ActivityRegularization"');
    const place = own
      ? { part: "layers", row: "ActivityRegularization", kernels: "strict" }
      : { part: "regularizers", row: "activityRegularizer", kernels: "strict" };
    const compare = againstKeras({ ...place, id: name });
    const compareTrained = againstKeras({ ...place, id: name, bound: BOUNDS.model });
    const made = (optimizer: SGD) => {
      const model = modelFromJson("golden", example.model);
      model.compile({ threads: 2, optimizer });
      model.weights.forEach(({ values }, index) => {
        values.set(example.weights[index]!);
      });
      models.push(model);
      return model;
    };
    const count = example.y.length;
    const samples = {
      images: Float32Array.from(example.x),
      labels: Uint8Array.from(example.y),
      ...{ count, shape: example.shape },
    };
    const weighting = example.sampleWeight ? { sampleWeight: example.sampleWeight } : {};

    const probe = made(new SGD({ learningRate: 1 }));
    const before = probe.weights.map(({ values }) => values.slice());
    await probe.fit(samples, { batchSize, shuffle: false, stepsPerEpoch: 1, ...weighting });
    const trained = probe.weights.map((weight, index) => ({ weight, from: before[index]! }));
    trained
      .filter(({ weight }) => weight.trainable)
      .forEach(({ weight, from }, index) => {
        const gradient = from.map((value, i) => value - weight.values[i]!);
        compare(`gradients: ${weight.name}`, gradient, example.gradients[index]!);
      });

    const model = made(new SGD({ learningRate: rate, momentum: 0.9 }));
    compare("losses: evaluate", [(await model.evaluate(samples)).loss], [example.before]);
    const { epochs } = await model.fit(samples, { batchSize, epochs: 3, shuffle: false, ...weighting });
    compareTrained(
      "losses: fit",
      epochs.map(({ loss }) => loss),
      example.losses,
    );
    model.weights.forEach(({ name: weight, values }, index) => {
      compareTrained(`weights: ${weight}`, values, example.after[index]!);
    });
    compareTrained("losses: evaluate", [(await model.evaluate(samples)).loss], [example.evaluated]);
  });
});

/** Layers with activity regularizers, before and after layers that are fused. */
function cnn(options: { readonly threads: number; readonly factor?: number }): Sequential {
  const { threads, factor = 0.01 } = options;
  const activityRegularizer = new L1L2({ l1: factor, l2: factor });
  const model = new Sequential(
    [
      new Input([8, 8, 1]),
      new Conv2D(6, 3, { activation: "relu", activityRegularizer }),
      new MaxPooling2D(2),
      new Flatten(),
      new ActivityRegularization({ l1: factor }),
      new Dense(3, { activation: "softmax", activityRegularizer }),
    ],
    { seed: 4 },
  );
  model.compile({ threads, optimizer: new SGD({ learningRate: 0.05 }) });
  models.push(model);
  return model;
}

const data = asFloats(tinyImages(70));

describe("activity regularizers", () => {
  it("train to the same bits on any number of threads", async () => {
    const hashes = new Set<string>();
    for (const threads of [1, 2, 3, 8]) {
      const model = cnn({ threads });
      await model.fit(data, { epochs: 2, batchSize: 32 });
      hashes.add(await model.weightsSha256());
    }
    expect(hashes.size).toBe(1);
  });

  it("with factors of 0 change nothing: the same ops are fused, and the weights are the same to the bit", async () => {
    const plain = new Sequential(
      [
        new Input([8, 8, 1]),
        new Conv2D(6, 3, { activation: "relu" }),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(3, { activation: "softmax" }),
      ],
      { seed: 4 },
    );
    plain.compile({ threads: 2, optimizer: new SGD({ learningRate: 0.05 }) });
    models.push(plain);
    const zero = cnn({ threads: 2, factor: 0 });
    expect(zero.lower().ops.map(({ node }) => node.op)).toEqual(plain.lower().ops.map(({ node }) => node.op));
    await plain.fit(data);
    await zero.fit(data);
    expect(await zero.weightsSha256()).toBe(await plain.weightsSha256());
  });

  it("make outputs smaller through training, and change no prediction by themselves", async () => {
    const [free, held] = [cnn({ threads: 2, factor: 0 }), cnn({ threads: 2, factor: 0.05 })];
    expect(await held.predict(data)).toEqual(await free.predict(data));
    expect((await held.evaluate(data)).loss).toBeGreaterThan((await free.evaluate(data)).loss);
    await free.fit(data, { epochs: 3 });
    await held.fit(data, { epochs: 3 });
    const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), 0);
    // The penalty on probabilities is smallest when all are equal.
    expect(largest(await held.predict(data))).toBeLessThan(largest(await free.predict(data)));
  });

  it.each([
    [new MeanSquaredError(), "linear"],
    [new BinaryCrossentropy(), "sigmoid"],
    [new BinaryCrossentropy(), "tanh"],
  ] as const)("on the last layer add their penalty to the loss: %#, %s", async (loss, activation) => {
    const targets = Float32Array.from({ length: 4 }, (_, index) => index / 4);
    const images = Float32Array.of(1, -2, 0.5, 3, -1, 0.25, 2, 2);
    const samples = { images, targets, count: 4, shape: [2] };
    const made = (l2: number) => {
      const dense = new Dense(1, { activation, activityRegularizer: new L2(l2), kernelInitializer: "ones" });
      const model = new Sequential([new Input([2]), dense]);
      model.compile({ loss, threads: 1, optimizer: new SGD({ learningRate: 0.1 }) });
      models.push(model);
      return model;
    };
    const [free, held] = [made(0), made(0.5)];
    const outputs = await free.predict(samples);
    const penalty = outputs.reduce((sum, value) => sum + 0.5 * value * value, 0) / 4;
    const [first, second] = [await free.evaluate(samples), await held.evaluate(samples)];
    expectClose([second.loss], [first.loss + penalty]);
    expectClose([(await held.fit(samples)).epochs[0]!.loss], [second.loss]);
  });

  it("are written to the configuration under Keras's names, and read back", () => {
    const layer = new Dense(2, { activityRegularizer: new L1(0.5), name: "d" });
    expect(layer.getConfig()["activity_regularizer"]).toEqual({ class_name: "L1", config: { l1: 0.5 } });
    const model = cnn({ threads: 1 });
    const again = modelFromJson("test", model.toJson());
    expect(again.toJson()).toEqual(model.toJson());
    expect(again.layers.map(({ activityRegularizer: r }) => r && [r.l1, r.l2])).toEqual([
      [0.01, 0.01],
      undefined,
      undefined,
      [0.01, 0],
      [0.01, 0.01],
    ]);
    expect(() => new Dense(2, { activityRegularizer: "l3" as never })).toThrow(
      'Dense, activityRegularizer: expected regularizer to be one of L1, L2, L1L2, received "l3". Choose one of them.',
    );
    expect(() => new ActivityRegularization({ l1: -1 })).toThrow("expected l1 to be a number of at least 0");
  });
});
