// Unknown options, and options that are not an object: JavaScript lets both through.
import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { EpochLogs } from "../callbacks/history.js";
import * as callbacks from "../callbacks/index.js";
import { MaxNorm, UnitNorm } from "../constraints/index.js";
import { RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling } from "../initializers/index.js";
import * as layers from "../layers/index.js";
import { BinaryCrossentropy, CategoricalCrossentropy, Huber } from "../losses/index.js";
import * as metrics from "../metrics/index.js";
import { Input } from "../network/input.js";
import { Adam, AdamW, Muon, RMSprop, SGD } from "../optimizers/index.js";
import { L1L2 } from "../regularizers/index.js";
import * as schedules from "../schedules/index.js";
import { modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

const { Conv2D, Dense, Flatten } = layers;
const wrong = (options: unknown) => options as never;
const of = (layer: layers.Layer) => {
  const tokens = layer.className.endsWith("1D") ? [new layers.Reshape([64, 3])] : [];
  return new Sequential([new Input([8, 8, 3]), ...tokens, layer]);
};
const model = () =>
  new Sequential([new Input([3, 3, 1]), new Flatten(), new Dense(2, { activation: "softmax" })]);
const samples = { images: new Uint8Array(9), labels: new Uint8Array(1), count: 1, shape: [3, 3, 1] };

refuses("misspelt options", [
  [
    () => of(new Conv2D(2, 2, wrong({ activaton: "relu" }))),
    'Conv2D: expected options that it has, received "activaton". Did you mean activation?',
  ],
  [
    () => of(new Conv2D(2, 2, wrong({ kernel_size: 3, name: "stem" }))),
    'Conv2D "stem": expected kernelSize by position, received the option "kernel_size". Write new Conv2D(filters, kernelSize, { … }).',
  ],
  [
    () => model().compile(wrong({ optimiser: "sgd" })),
    'compile: expected options that it has, received "optimiser". Did you mean optimizer?',
  ],
  [
    () => model().compile({ optimizer: new Adam(wrong({ learning_rate: 1 })) }),
    'Adam: expected options that it has, received "learning_rate". Did you mean learningRate?',
  ],
  [
    () => new callbacks.EarlyStopping(wrong({ restore_best_weights: true })),
    'EarlyStopping: expected options that it has, received "restore_best_weights". Did you mean restoreBestWeights?',
  ],
  [
    () => new CategoricalCrossentropy(wrong({ fromLogit: true })),
    'CategoricalCrossentropy: expected options that it has, received "fromLogit". Did you mean fromLogits?',
  ],
]);

refuses("options that are not an object", [
  [
    () => new Conv2D(2, 2, wrong("relu")),
    'Conv2D: expected options in an object, received "relu". Pass { name: … }.',
  ],
  [
    () => new schedules.CosineDecay(...([0.004, 9000] as unknown as [never])),
    "CosineDecay: expected options in an object, received 0.004. Pass { initialLearningRate: …, decaySteps: …, alpha: …, warmupTarget: …, warmupSteps: … }.",
  ],
  [
    () => new layers.ActivityRegularization(wrong(0.1)),
    "ActivityRegularization: expected options in an object, received 0.1. Pass { l1: …, l2: … }.",
  ],
  ...[Adam, AdamW, Muon, RMSprop, SGD].map(
    (Class) =>
      [
        () => new Class(wrong(0.1)),
        `${Class.name}: expected options in an object, received 0.1. Pass { learningRate: … }.`,
      ] as const,
  ),
]);

const decay = { initialLearningRate: 0.1, decaySteps: 9, decayRate: 0.5, staircase: true };
const { decayRate: _, staircase: __, ...start } = decay;

/** Each layer that takes one input, with nothing but options. */
const chained: readonly (readonly [string, (options: never) => layers.Layer])[] = [
  ["Activation", (o) => new layers.Activation("relu", o)],
  ["ActivityRegularization", (o) => new layers.ActivityRegularization(o)],
  ["AveragePooling2D", (o) => new layers.AveragePooling2D(2, o)],
  ["BatchNormalization", (o) => new layers.BatchNormalization(o)],
  ["CenterCrop", (o) => new layers.CenterCrop(4, 4, o)],
  ["Conv2D", (o) => new Conv2D(2, 2, o)],
  ["Cropping2D", (o) => new layers.Cropping2D(1, o)],
  ["Dense", (o) => new Dense(2, o)],
  ["DepthwiseConv2D", (o) => new layers.DepthwiseConv2D(2, o)],
  ["Dropout", (o) => new layers.Dropout(0.5, o)],
  ["ELU", (o) => new layers.ELU(o)],
  ["Flatten", (o) => new Flatten(o)],
  ["GaussianDropout", (o) => new layers.GaussianDropout(0.1, o)],
  ["GaussianNoise", (o) => new layers.GaussianNoise(0.1, o)],
  ["GlobalAveragePooling1D", (o) => new layers.GlobalAveragePooling1D(o)],
  ["GlobalAveragePooling2D", (o) => new layers.GlobalAveragePooling2D(o)],
  ["GlobalMaxPooling1D", (o) => new layers.GlobalMaxPooling1D(o)],
  ["GlobalMaxPooling2D", (o) => new layers.GlobalMaxPooling2D(o)],
  ["GroupNormalization", (o: object) => new layers.GroupNormalization({ groups: 1, ...o })],
  ["LayerNormalization", (o) => new layers.LayerNormalization(o)],
  ["LayerScale", (o) => new layers.LayerScale(0.1, 3, o)],
  ["LeakyReLU", (o) => new layers.LeakyReLU(o)],
  ["MaxPooling2D", (o) => new layers.MaxPooling2D(2, o)],
  ["Normalization", (o) => new layers.Normalization(o)],
  ["Permute", (o) => new layers.Permute([2, 1, 3], o)],
  ["PReLU", (o) => new layers.PReLU(o)],
  ["RandomBrightness", (o) => new layers.RandomBrightness(0.1, o)],
  ["RandomContrast", (o) => new layers.RandomContrast(0.1, o)],
  ["RandomCrop", (o) => new layers.RandomCrop(4, 4, o)],
  ["RandomErasing", (o) => new layers.RandomErasing(o)],
  ["RandomFlip", (o) => new layers.RandomFlip("horizontal", o)],
  ["RandomRotation", (o) => new layers.RandomRotation(0.1, o)],
  ["RandomTranslation", (o) => new layers.RandomTranslation(0.1, 0.1, o)],
  ["RandomZoom", (o) => new layers.RandomZoom(0.1, o)],
  ["ReLU", (o) => new layers.ReLU(o)],
  ["Rescaling", (o) => new layers.Rescaling(1, o)],
  ["Reshape", (o) => new layers.Reshape([-1], o)],
  ["Resizing", (o) => new layers.Resizing(4, 4, o)],
  ["SeparableConv2D", (o) => new layers.SeparableConv2D(2, 2, o)],
  ["Softmax", (o) => new layers.Softmax(o)],
  ["SpatialDropout2D", (o) => new layers.SpatialDropout2D(0.5, o)],
  ["StochasticDepth", (o) => new layers.StochasticDepth(0.1, o)],
  ["UnitNormalization", (o) => new layers.UnitNormalization(o)],
  ["UpSampling2D", (o) => new layers.UpSampling2D(2, o)],
  ["ZeroPadding2D", (o) => new layers.ZeroPadding2D(1, o)],
];

/** Each layer that merges inputs. */
const merging: readonly (readonly [string, (options: never) => layers.Layer])[] = [
  ["Add", (o) => new layers.Add(o)],
  ["Average", (o) => new layers.Average(o)],
  ["Concatenate", (o) => new layers.Concatenate(o)],
  ["Maximum", (o) => new layers.Maximum(o)],
  ["Minimum", (o) => new layers.Minimum(o)],
  ["MultiHeadAttention", (o) => new layers.MultiHeadAttention(1, 1, o)],
  ["Multiply", (o) => new layers.Multiply(o)],
  ["Subtract", (o) => new layers.Subtract(o)],
];

describe("an unknown option", () => {
  it.each(chained)("of %s is refused when a model is built", (name, create) => {
    of(create(wrong({ name: "a", trainable: true })));
    expect(() => of(create(wrong({ colour: 1 })))).toThrow(
      `${name}: expected options that it has, received "colour". Choose one of `,
    );
  });

  it.each(merging)("of %s is refused when a model is built", (name, create) => {
    const x = layers.input([8, 8, 3]);
    const build = (options: object) => {
      const merged = create(wrong(options)).apply([x, new layers.ReLU().apply(x)]);
      return new Model({ inputs: x, outputs: merged });
    };
    build({ name: "a", trainable: true });
    expect(() => build({ colour: 1 })).toThrow(
      `${name}: expected options that it has, received "colour". Choose one of `,
    );
  });

  it("is tested of every layer", () => {
    expect([...chained, ...merging].map(([name]) => name).sort()).toEqual(layers.layers.names.toSorted());
  });

  it.each<[(options: never) => unknown, object]>([
    [(o) => new BinaryCrossentropy(o), { fromLogits: true, labelSmoothing: 0.1 }],
    [(o) => new CategoricalCrossentropy(o), { fromLogits: true, labelSmoothing: 0.1 }],
    [(o) => new Huber(o), { delta: 2 }],
    [(o) => new metrics.AUC(o), { name: "a", curve: "PR", numThresholds: 9 }],
    [(o) => new metrics.BinaryAccuracy(o), { name: "a", threshold: 0.2 }],
    [(o) => new metrics.CategoricalAccuracy(o), { name: "a" }],
    [(o) => new metrics.ConfusionMatrix(o), { name: "a" }],
    [(o) => new metrics.F1Score(o), { name: "a", average: "micro", threshold: 0.2 }],
    [(o) => new metrics.MeanAbsoluteErrorMetric(o), { name: "a" }],
    [(o) => new metrics.MeanSquaredErrorMetric(o), { name: "a" }],
    [(o) => new metrics.Precision(o), { name: "a", threshold: 0.2, classId: 1 }],
    [(o) => new metrics.Recall(o), { name: "a", threshold: 0.2, classId: 1 }],
    [(o) => new metrics.TopKCategoricalAccuracy(o), { name: "a", k: 2 }],
    [(o) => new schedules.CosineDecay(o), { ...start, alpha: 0.1, warmupTarget: 0.2, warmupSteps: 3 }],
    [
      (o) => new schedules.CosineDecayRestarts(o),
      { initialLearningRate: 0.1, firstDecaySteps: 9, tMul: 2, mMul: 1, alpha: 0.1 },
    ],
    [(o) => new schedules.ExponentialDecay(o), decay],
    [(o) => new schedules.InverseTimeDecay(o), decay],
    [(o) => new schedules.OneCycle(0.1, o), { warmup: 0.1, start: 0.1, end: 0.1 }],
    [(o) => new schedules.PolynomialDecay(o), { ...start, endLearningRate: 0.01, power: 2, cycle: true }],
    [(o) => new schedules.Warmup(new schedules.Constant(0.1), o), { steps: 3 }],
    [(o) => new L1L2(o), { l1: 0.1, l2: 0.1 }],
    [(o) => new MaxNorm(2, o), { axis: 0 }],
    [(o) => new UnitNorm(o), { axis: 0 }],
    [(o) => new RandomNormal(o), { mean: 1, stddev: 2 }],
    [(o) => new TruncatedNormal(o), { mean: 1, stddev: 2 }],
    [(o) => new RandomUniform(o), { minval: 1, maxval: 2 }],
    [(o) => new VarianceScaling(o), { scale: 2, mode: "fan_out", distribution: "uniform" }],
    [(o) => new callbacks.BackupAndRestore("a", o), { deleteCheckpoint: false, saveFreq: 3 }],
    [(o) => new callbacks.CSVLogger("a.csv", o), { separator: ";", append: true }],
    [
      (o) => new callbacks.EarlyStopping(o),
      {
        ...{ monitor: "loss", minDelta: 0.1, patience: 3, mode: "min", baseline: 1 },
        ...{ restoreBestWeights: true, startFromEpoch: 2 },
      },
    ],
    [
      (o) => new callbacks.ModelCheckpoint("a.safetensors", o),
      {
        ...{ monitor: "loss", mode: "min", saveBestOnly: true, saveWeightsOnly: true },
        initialValueThreshold: 1,
      },
    ],
    [
      (o) => new callbacks.ReduceLROnPlateau(o),
      {
        ...{ monitor: "loss", factor: 0.5, patience: 3, mode: "min" },
        ...{ minDelta: 0.1, cooldown: 1, minLr: 0.1 },
      },
    ],
  ])("is refused at construction, and all known ones are accepted: %s with %j", (create, all) => {
    create(wrong(all));
    expect(() => create(wrong({ ...all, colour: 1 }))).toThrow(
      `expected options that it has, received "colour". Choose one of ${Object.keys(all)[0]}`,
    );
  });

  it.each([
    ["Adam", new Adam({ beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: true, clipnorm: 1 })],
    ["AdamW", new AdamW({ beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: true, clipvalue: 1 })],
    ["RMSprop", new RMSprop({ rho: 0.8, momentum: 0.1, epsilon: 1e-6, centered: true, weightDecay: 0.1 })],
    ["SGD", new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, globalClipnorm: 1 })],
    ["SGD", new SGD({ useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 3 })],
    [
      "Muon",
      new Muon({
        ...{ momentum: 0.9, nesterov: true, nsSteps: 5, muonA: 3, muonB: -4, muonC: 2, rmsRate: 0.2 },
        ...{ excludeLayers: ["a"], excludeEmbeddings: true, adamBeta1: 0.9, adamBeta2: 0.99 },
        ...{ epsilon: 1e-7, adamWeightDecay: 0.1, adamLrRatio: 0.5 },
      }),
    ],
  ])("%s has the options that its configuration names", (_, optimizer) => {
    model().compile({ optimizer });
  });
});

describe("a user's own classes", () => {
  it("may read options that their configuration does not name", () => {
    class Scaled extends Dense {
      readonly factor: number;
      constructor(units: number, options: layers.DenseOptions & { readonly factor: number }) {
        super(units, options);
        this.factor = options.factor;
      }
    }
    class Patient extends callbacks.EarlyStopping {}
    class Steep extends schedules.CosineDecay {}
    class Own extends Adam {}
    const own = { colour: 1 };
    of(new Scaled(2, { factor: 2, activation: "relu" }));
    model().compile({ optimizer: new Own(wrong(own)) });
    expect(new Patient(wrong(own))).toBeInstanceOf(callbacks.EarlyStopping);
    expect(new Steep({ ...own, initialLearningRate: 1, decaySteps: 2 }).rate(0)).toBe(1);
  });

  it("may have functions that are named like hooks", async () => {
    class Bell {
      readonly heard: number[] = [];
      readonly onBell = (epoch: number) => this.heard.push(epoch);
      onEpochEnd({ epoch }: EpochLogs): void {
        this.onBell(epoch);
      }
    }
    const [bell, trained] = [new Bell(), model()];
    await trained.fit(samples, { epochs: 2, callbacks: [bell] });
    trained.dispose();
    expect(bell.heard).toEqual([1, 2]);
  });

  it("may be schedules that are plain objects", () => {
    const schedule = { className: "Mine", rate: (step: number) => 1 / (1 + step), getConfig: () => ({}) };
    model().compile({ optimizer: new SGD({ learningRate: schedule }) });
  });
});

it("Keras's JSON may have keys that Heddle does not read, where they change nothing", () => {
  const own = { dtype: { class_name: "DTypePolicy", config: { name: "float32" } } };
  const json = {
    class_name: "Sequential",
    config: {
      name: "sequential",
      build_input_shape: [null, 3, 3, 1],
      layers: [
        { class_name: "InputLayer", config: { batch_shape: [null, 3, 3, 1], sparse: false, ...own } },
        {
          module: "keras.layers",
          class_name: "Dropout",
          config: { rate: 0.5, seed: 3, noise_shape: null, ...own },
        },
        { class_name: "BatchNormalization", config: { momentum: 0.9, gamma_constraint: null, ...own } },
        { class_name: "Conv2D", config: { filters: 2, kernel_size: [2, 2], lora_rank: null, ...own } },
      ],
    },
  };
  const names = modelFromJson("test", json).layers.map(({ name }) => name);
  expect(names).toEqual(["dropout", "batch_normalization", "conv2d"]);
  for (const name of ["CosineDecay", "PolynomialDecay", "ExponentialDecay"]) {
    const rate = name === "ExponentialDecay" ? { decay_rate: 0.5 } : {};
    const config = { initial_learning_rate: 0.1, decay_steps: 9, ...rate, name: null };
    expect(schedules.schedules.deserialize("test", { class_name: name, config }).rate(0, 9)).toBe(0.1);
  }
});

describe("unknown options of a model's methods are refused:", () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'fit: expected options that it has, received "epoch". Did you mean epochs?',
      () => model().fit(samples, wrong({ epoch: 5 })),
    ],
    [
      "fit: expected options in an object, received 5. Pass { epochs: …",
      () => model().fit(samples, wrong(5)),
    ],
    [
      'evaluate: expected options that it has, received "batchSize". Choose one of signal.',
      () => model().evaluate(samples, wrong({ batchSize: 5 })),
    ],
    [
      'predict: expected options that it has, received "batch_size". Choose one of signal.',
      () => model().predict(samples, wrong({ batch_size: 5 })),
    ],
  ])("%s", async (message, call) => {
    await expect(call()).rejects.toThrow(message);
  });
});
