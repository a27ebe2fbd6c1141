import { describe, expect, it } from "vitest";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { Conv2D, Dense, Dropout, Flatten } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { scheduleOf, trainingOf } from "./build-training.js";
import { resolveSettings } from "./resolve-settings.js";
import type { GivenSettings } from "./settings.js";
import { studyModel } from "./study-recipe.js";

const dataset = datasetInMemory(generateFashionSketch({ train: 200, test: 20 }));
const training = (typed: GivenSettings) => trainingOf(resolveSettings({}, typed), dataset);
const configOf = (typed: GivenSettings, name: string) => training(typed).model.getLayer(name).getConfig();
const classes = (typed: GivenSettings) => training(typed).model.layers.map(({ className }) => className);

describe("trainingOf", () => {
  it("is the study's training by default", () => {
    const { model, optimizer, loss, epochs } = training({});
    expect(model.toJson()).toEqual(studyModel({ input: [28, 28, 1], classes: 10, seed: 42 }).toJson());
    expect(optimizer.getConfig()).toMatchObject({
      learning_rate: { class_name: "OneCycle", config: { peak: 0.003, warmup: 0.2, start: 0.1, end: 0.01 } },
      weight_decay: null,
      use_ema: false,
    });
    expect([epochs, loss.getConfig()["label_smoothing"]]).toEqual([28, 0.1]);
  });

  it.each([[[28, 28]], [[784]], [[28, 28, 1]]])("takes images for a model of inputs [%s]", (shape) => {
    const written = new Sequential([
      new Input(shape),
      new Flatten(),
      new Dense(10, { activation: "softmax" }),
    ]);
    const { model, writtenInput } = training({ model: written.toJson() as never });
    const before = shape.length === 3 ? [] : ["Reshape"];
    expect(model.layers.map(({ className }) => className)).toEqual([...before, "Flatten", "Dense"]);
    expect([model.inputShape, model.name]).toEqual([[28, 28, 1], "sequential"]);
    expect(writtenInput).toEqual(shape.length === 3 ? undefined : shape);
    expect(model.getWeights()[0]!.shape).toEqual([784, 10]);
  });

  it("gives a model of inputs of any size that of the images", () => {
    const written = new Sequential([new Input([28, 28, 1]), new Flatten(), new Dense(10)]).toJson();
    const anySize = JSON.parse(JSON.stringify(written).replace("[null,28,28,1]", "[null,null,null,1]"));
    const { model, takesAnySize } = training({ model: anySize });
    expect([model.inputShape, takesAnySize]).toEqual([[28, 28, 1], true]);
    expect(training({ model: written as never }).takesAnySize).toBe(false);
  });

  it("refuses to build a network for a single class", () => {
    const cats = { ...dataset, title: "Cats", classNames: ["cat"] };
    expect(() => trainingOf(resolveSettings({}, {}), cats)).toThrow(
      "Cats: expected images of at least two classes, because a network that knows one has nothing to learn, received only images of the class cat",
    );
  });

  it("applies penalties to the convolutions, and the rate to the dropout layers", () => {
    expect(configOf({ l2: 1e-4 }, "conv2d")["kernel_regularizer"]).toEqual({
      class_name: "L2",
      config: { l2: 1e-4 },
    });
    expect(configOf({ l1: 1e-5, l2: 1e-4 }, "conv2d_1")["kernel_regularizer"]).toMatchObject({
      class_name: "L1L2",
    });
    expect(configOf({ l2: 1e-4 }, "dense")["kernel_regularizer"] ?? null).toBeNull();
    expect(configOf({ dropout: 0.1 }, "dropout")["rate"]).toBe(0.1);
  });

  it("replaces the model's own augmentation, after the rescaling", () => {
    const plain = classes({ augment: {} });
    expect(plain).not.toContain("RandomTranslation");
    const changed = { augment: { translation: 0.1, flip: "horizontal", erasing: 0.5 } } as const;
    expect(classes(changed)).toEqual([
      ...["Rescaling", "RandomFlip", "RandomTranslation", "RandomErasing"],
      ...plain.slice(1),
    ]);
    expect(configOf(changed, "random_erasing")).toMatchObject({ value_range: [0, 1], factor: [0.5, 0.5] });
    // The study's own augmentation, written as text.
    expect(training({ augment: { translation: 0.025 } }).model.toJson()).toEqual(training({}).model.toJson());
  });

  it("falls back to the dense layers of a model without convolutions", () => {
    const model = new Sequential([
      new Input([28, 28, 1]),
      new Flatten(),
      new Dense(10, { activation: "softmax" }),
    ]);
    expect(configOf({ model: model.toJson(), l1: 1e-3 }, "dense")["kernel_regularizer"]).toMatchObject({
      class_name: "L1",
    });
    expect(() => training({ model: model.toJson(), dropout: 0.5 })).toThrow(
      "`dropout`: expected a model with a Dropout layer, received a model of InputLayer, Flatten, Dense. Add such a layer to the model, or remove `dropout`.",
    );
  });

  it("keeps a model's own regularization unless a setting changes it", () => {
    const model = new Sequential([
      new Input([28, 28, 1]),
      new Conv2D(4, 3, { kernelRegularizer: "l2" }),
      new Dropout(0.3),
      new Flatten(),
      new Dense(10, { activation: "softmax" }),
    ]).toJson();
    expect(configOf({ model, dropout: 0.2 }, "conv2d")["kernel_regularizer"]).toMatchObject({
      config: { l2: 0.01 },
    });
    // 0 removes a penalty.
    expect(configOf({ model, l2: 0 }, "conv2d")["kernel_regularizer"] ?? null).toBeNull();
  });

  it.each([
    [{ optimizer: "sgd" }, { momentum: 0.9 }],
    [
      { optimizer: "adam", clipNorm: 1, ema: 0.99 },
      { global_clipnorm: 1, use_ema: true, ema_momentum: 0.99 },
    ],
    [{ optimizer: "adamw", weightDecay: 0.02 }, { weight_decay: 0.02 }],
    [{ optimizer: "rmsprop", momentum: 0.5 }, { momentum: 0.5 }],
    [
      { optimizer: "muon", weightDecay: 0.02 },
      { weight_decay: 0.02, adam_weight_decay: 0.02, exclude_layers: ["^dense\\/"] },
    ],
    [
      { clipNorm: 0, ema: 0 },
      { global_clipnorm: null, use_ema: false },
    ],
  ] as const)("%j is in the optimizer", (typed, config) => {
    expect(training(typed).optimizer.getConfig()).toMatchObject(config);
  });

  it("counts the steps on the training images", () => {
    const typed = { schedule: "cosine", epochs: 3, batchSize: 32 } as const;
    const decay = (more: GivenSettings) =>
      training({ ...typed, ...more }).optimizer.schedule.getConfig()["decay_steps"];
    expect(decay({})).toBe(3 * 7);
    expect(decay({ limit: 64 })).toBe(3 * 2);
    expect(decay({ limit: 100, validationSplit: 0.5 })).toBe(3 * 2);
  });
});

describe("scheduleOf", () => {
  const rates = (typed: GivenSettings, steps = 90) => {
    const schedule = scheduleOf(resolveSettings({}, { learningRate: 1, ...typed }), steps);
    return Array.from({ length: steps + 1 }, (_, step) => schedule.rate(step, steps));
  };

  it.each([
    ["constant", [1, 1, 1]],
    ["cosine", [1, 0.5, 0]],
    ["step", [1, 0.1, 0.001]],
    ["exponential", [1, 0.1, 0.01]],
    ["polynomial", [1, 0.5, 0]],
  ] as const)("%s begins, is half through, and ends where it should", (schedule, expected) => {
    const all = rates({ schedule });
    [0, 45, 90].forEach((step, index) => {
      // A step schedule would fall again after the last step, which is 89.
      expect(all[step]!).toBeCloseTo(expected[index]!, 6);
    });
  });

  it("steps at a third and at two thirds", () => {
    const all = rates({ schedule: "step" });
    expect([29, 30, 59, 60, 89].map((step) => Number(all[step]!.toFixed(6)))).toEqual([
      1, 0.1, 0.1, 0.01, 0.01,
    ]);
  });

  it("warms up before any schedule, and ends at the same rate", () => {
    const all = rates({ schedule: "cosine", warmup: 1 / 9, lrEnd: 0.25 });
    expect(all.slice(0, 11).map((rate) => Number(rate.toFixed(6)))).toEqual([
      ...[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1],
    ]);
    expect(all[50]).toBeCloseTo(0.625, 6);
    expect(all[90]).toBeCloseTo(0.25, 6);
  });

  it("curves the polynomial by its power", () => {
    expect(rates({ schedule: "polynomial", power: 2, lrEnd: 0.1 })[45]).toBeCloseTo(0.1 + 0.9 * 0.25, 6);
  });
});
