import {
  above0,
  aFunction,
  belowOne,
  boolean,
  type Case,
  checksItsOptions,
  finite,
  none,
  numberIn,
  object,
  orNull,
  share,
  text,
  wholeFrom,
} from "../base/option-types.testing.js";
import * as callbacks from "../callbacks/index.js";
import * as constraints from "../constraints/index.js";
import * as initializers from "../initializers/index.js";
import * as layers from "../layers/index.js";
import * as losses from "../losses/index.js";
import * as metrics from "../metrics/index.js";
import { Input } from "../network/input.js";
import * as optimizers from "../optimizers/index.js";
import * as regularizers from "../regularizers/index.js";
import * as schedules from "../schedules/index.js";
import { loadModel, modelFromJson } from "./load.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";
import { Trace } from "./trace.js";

const shared = {
  learningRate: numberIn(0),
  weightDecay: numberIn(0),
  clipnorm: above0,
  clipvalue: above0,
  globalClipnorm: above0,
  useEma: boolean,
  emaMomentum: share,
  emaOverwriteFrequency: wholeFrom(1),
};
const decay = { initialLearningRate: 0.1, decaySteps: 9 };
const falls = {
  initialLearningRate: numberIn(0),
  decaySteps: above0,
  decayRate: numberIn(0),
  staircase: boolean,
};
const monitored = { monitor: text, mode: none };
const answers = { name: text, threshold: share, classId: wholeFrom(0) };
const crossentropy = { fromLogits: boolean, labelSmoothing: share };
const axis = (value: unknown) => Number.isInteger(value) || (Array.isArray(value) && !value.includes("x"));
const size2d = wholeFrom(1);
const every = { name: text, trainable: boolean };
const penalty = (value: unknown) => value === null;
const kernel = {
  ...every,
  kernelInitializer: none,
  biasInitializer: none,
  kernelRegularizer: penalty,
  biasRegularizer: penalty,
  kernelConstraint: penalty,
  biasConstraint: penalty,
  useBias: boolean,
};
const modelOptions = { name: text, seed: wholeFrom(0), classes: none, pictures: none };

const chain = () => [
  new Input([3, 3, 1]),
  new layers.Flatten(),
  new layers.Dense(2, { activation: "softmax" }),
];
const model = (options = {}) => new Sequential(chain(), options);
const samples = { images: new Uint8Array(18), labels: new Uint8Array([0, 1]), count: 2, shape: [3, 3, 1] };

const classes: readonly Case[] = [
  ["SGD", (o) => new optimizers.SGD(o), {}, { ...shared, momentum: share, nesterov: boolean }],
  ...([optimizers.Adam, optimizers.AdamW] as const).map(
    (Class): Case => [
      Class.name,
      (o) => new Class(o),
      {},
      { ...shared, beta1: belowOne, beta2: belowOne, epsilon: numberIn(0), amsgrad: boolean },
    ],
  ),
  [
    "RMSprop",
    (o) => new optimizers.RMSprop(o),
    {},
    { ...shared, rho: share, momentum: share, epsilon: numberIn(0), centered: boolean },
  ],
  [
    "Muon",
    (o) => new optimizers.Muon(o),
    {},
    {
      ...{ ...shared, momentum: share, nesterov: boolean, nsSteps: wholeFrom(1), epsilon: numberIn(0) },
      ...{ muonA: finite, muonB: finite, muonC: finite, rmsRate: orNull(numberIn(0)) },
      excludeLayers: (value) => Array.isArray(value) && !value.includes(1),
      ...{ excludeEmbeddings: boolean, adamBeta1: belowOne, adamBeta2: belowOne },
      ...{ adamWeightDecay: orNull(numberIn(0)), adamLrRatio: numberIn(0) },
    },
  ],
  ["SparseCategoricalCrossentropy", (o) => new losses.SparseCategoricalCrossentropy(o), {}, crossentropy],
  ["CategoricalCrossentropy", (o) => new losses.CategoricalCrossentropy(o), {}, crossentropy],
  ["BinaryCrossentropy", (o) => new losses.BinaryCrossentropy(o), {}, crossentropy],
  ["Huber", (o) => new losses.Huber(o), {}, { delta: above0 }],
  ["AUC", (o) => new metrics.AUC(o), {}, { name: text, curve: none, numThresholds: wholeFrom(2) }],
  ["BinaryAccuracy", (o) => new metrics.BinaryAccuracy(o), {}, { name: text, threshold: share }],
  ["CategoricalAccuracy", (o) => new metrics.CategoricalAccuracy(o), {}, { name: text }],
  ["ConfusionMatrix", (o) => new metrics.ConfusionMatrix(o), {}, { name: text }],
  ["F1Score", (o) => new metrics.F1Score(o), {}, { name: text, average: none, threshold: share }],
  ["MeanAbsoluteErrorMetric", (o) => new metrics.MeanAbsoluteErrorMetric(o), {}, { name: text }],
  ["MeanSquaredErrorMetric", (o) => new metrics.MeanSquaredErrorMetric(o), {}, { name: text }],
  ["Precision", (o) => new metrics.Precision(o), {}, answers],
  ["Recall", (o) => new metrics.Recall(o), {}, answers],
  [
    "TopKCategoricalAccuracy",
    (o) => new metrics.TopKCategoricalAccuracy(o),
    {},
    { name: text, k: wholeFrom(1) },
  ],
  [
    "CosineDecay",
    (o) => new schedules.CosineDecay(o),
    decay,
    {
      ...{ initialLearningRate: numberIn(0), decaySteps: above0, alpha: numberIn(0) },
      ...{ warmupTarget: numberIn(0), warmupSteps: numberIn(0) },
    },
  ],
  [
    "CosineDecayRestarts",
    (o) => new schedules.CosineDecayRestarts(o),
    { initialLearningRate: 0.1, firstDecaySteps: 9 },
    {
      ...{ initialLearningRate: numberIn(0), firstDecaySteps: above0, tMul: numberIn(1) },
      ...{ mMul: numberIn(0), alpha: numberIn(0) },
    },
  ],
  ["ExponentialDecay", (o) => new schedules.ExponentialDecay(o), { ...decay, decayRate: 0.5 }, falls],
  ["InverseTimeDecay", (o) => new schedules.InverseTimeDecay(o), { ...decay, decayRate: 0.5 }, falls],
  [
    "OneCycle",
    ({ peak = 1 as never, ...o }: Record<string, never>) => new schedules.OneCycle(peak, o),
    {},
    { peak: above0, warmup: share, start: share, end: share },
  ],
  [
    "PolynomialDecay",
    (o) => new schedules.PolynomialDecay(o),
    decay,
    {
      ...{ initialLearningRate: numberIn(0), decaySteps: above0, endLearningRate: numberIn(0) },
      ...{ power: above0, cycle: boolean },
    },
  ],
  [
    "Warmup",
    ({ schedule = new schedules.Constant(1) as never, ...o }: Record<string, never>) =>
      new schedules.Warmup(schedule, o as never),
    { steps: 1 },
    { schedule: none, steps: numberIn(0) },
  ],
  [
    "Constant",
    ({ learningRate }: Record<string, never>) => new schedules.Constant(learningRate!),
    { learningRate: 1 },
    { learningRate: numberIn(0) },
  ],
  [
    "PiecewiseConstantDecay",
    (o: { boundaries: never; values: never }) => new schedules.PiecewiseConstantDecay(o.boundaries, o.values),
    { boundaries: [1], values: [1, 2] },
    {
      boundaries: (value) => Array.isArray(value) && value[0] === 1,
      values: none,
    },
  ],
  ["L1L2", (o) => new regularizers.L1L2(o), {}, { l1: numberIn(0), l2: numberIn(0) }],
  ["L1", ({ l1 }: Record<string, never>) => new regularizers.L1(l1), {}, { l1: numberIn(0) }],
  ["L2", ({ l2 }: Record<string, never>) => new regularizers.L2(l2), {}, { l2: numberIn(0) }],
  [
    "MaxNorm",
    ({ maxValue, ...o }: Record<string, never>) => new constraints.MaxNorm(maxValue, o),
    {},
    { maxValue: numberIn(0), axis },
  ],
  ["UnitNorm", (o) => new constraints.UnitNorm(o), {}, { axis }],
  ["RandomNormal", (o) => new initializers.RandomNormal(o), {}, { mean: finite, stddev: numberIn(0) }],
  ["TruncatedNormal", (o) => new initializers.TruncatedNormal(o), {}, { mean: finite, stddev: numberIn(0) }],
  [
    "RandomUniform",
    (o) => new initializers.RandomUniform(o),
    { minval: -2, maxval: 9 },
    { minval: finite, maxval: numberIn(-2) },
  ],
  [
    "VarianceScaling",
    (o) => new initializers.VarianceScaling(o),
    {},
    { scale: above0, mode: none, distribution: none },
  ],
  [
    "ConstantInitializer",
    ({ value }: Record<string, never>) => new initializers.ConstantInitializer(value),
    {},
    { value: finite },
  ],
  ["Identity", ({ gain }: Record<string, never>) => new initializers.Identity(gain), {}, { gain: finite }],
  [
    "Orthogonal",
    ({ gain }: Record<string, never>) => new initializers.Orthogonal(gain),
    {},
    { gain: finite },
  ],
  [
    "EarlyStopping",
    (o) => new callbacks.EarlyStopping(o),
    {},
    {
      ...{ ...monitored, minDelta: finite, patience: wholeFrom(0), baseline: finite },
      ...{ restoreBestWeights: boolean, startFromEpoch: wholeFrom(0) },
    },
  ],
  [
    "ReduceLROnPlateau",
    (o) => new callbacks.ReduceLROnPlateau(o),
    {},
    {
      ...{ ...monitored, minDelta: finite, patience: wholeFrom(0), factor: belowOne },
      ...{ cooldown: wholeFrom(0), minLr: finite },
    },
  ],
  [
    "ModelCheckpoint",
    ({ path = "a" as never, ...o }: Record<string, never>) => new callbacks.ModelCheckpoint(path, o),
    {},
    {
      ...{ ...monitored, path: text, saveBestOnly: boolean, initialValueThreshold: finite },
      // With true, the path must be that of a file.
      saveWeightsOnly: (value) => value === false,
    },
  ],
  [
    "CSVLogger",
    ({ path = "a" as never, ...o }: Record<string, never>) => new callbacks.CSVLogger(path, o),
    {},
    { path: text, separator: text, append: boolean },
  ],
  [
    "BackupAndRestore",
    ({ folder = "a" as never, ...o }: Record<string, never>) => new callbacks.BackupAndRestore(folder, o),
    {},
    { folder: text, deleteCheckpoint: boolean, saveFreq: wholeFrom(1) },
  ],
  [
    "TensorBoard",
    ({ folder, ...o }: Record<string, never>) => new callbacks.TensorBoard(folder, o),
    {},
    { folder: text, within: text },
  ],
  [
    "Dense",
    ({ units = 2 as never, ...o }: Record<string, never>) => new layers.Dense(units, o),
    {},
    { units: wholeFrom(1), ...kernel, activation: penalty, activityRegularizer: penalty },
  ],
  [
    "Conv2D",
    ({ filters = 2 as never, kernelSize = 2 as never, ...o }: Record<string, never>) =>
      new layers.Conv2D(filters, kernelSize, o),
    {},
    {
      ...{ ...kernel, filters: wholeFrom(1), kernelSize: size2d, strides: size2d, dilationRate: size2d },
      // Filters are two, so that three groups do not fit.
      ...{ padding: none, groups: wholeFrom(1) },
    },
  ],
  [
    "Dropout",
    ({ rate = 0.5 as never, ...o }: Record<string, never>) => new layers.Dropout(rate, o),
    {},
    { ...every, rate: belowOne },
  ],
  [
    "BatchNormalization",
    (o) => new layers.BatchNormalization(o),
    {},
    {
      ...{ ...every, center: boolean, scale: boolean, epsilon: numberIn(0), momentum: share },
      ...{ betaInitializer: none, gammaInitializer: none },
    },
  ],
  ["Sequential", (o) => model(o), {}, modelOptions],
  [
    "Model",
    (o) => {
      const inputs = layers.input([3]);
      return new Model({ inputs, outputs: new layers.Dense(2).apply(inputs) }, o);
    },
    {},
    modelOptions,
  ],
  ["modelFromJson", (o) => modelFromJson("test", model().toJson(), o), {}, modelOptions],
  ["Sequential.fromConfig", (o) => Sequential.fromConfig(model().getConfig(), o), {}, modelOptions],
  [
    "compile",
    (o) => model().compile(o),
    {},
    {
      ...{ optimizer: none, loss: none, metrics: (value) => Array.isArray(value) && value.length === 0 },
      threads: wholeFrom(1),
      fast: boolean,
      kernels: (value) => text(value) || aFunction(value),
      worker: aFunction,
    },
  ],
];

const signal = none;
/** Functions that return promises; only values that do not fit are tried, since others would run. */
const methods: readonly Case[] = [
  [
    "fit",
    (o) => model().fit(samples, o),
    {},
    {
      ...{ epochs: wholeFrom(1), batchSize: wholeFrom(1), shuffle: boolean, initialEpoch: wholeFrom(0) },
      ...{
        stepsPerEpoch: wholeFrom(1),
        validationFreq: (value: unknown) => wholeFrom(1)(value) || Array.isArray(value),
      },
      validationData: none,
      validationSplit: (value) => belowOne(value) && value !== 0,
      classWeight: object,
      sampleWeight: none,
      verbose: (value) => [0, 1, 2].includes(value as number),
      callbacks: (value) => Array.isArray(value),
      signal,
    },
  ],
  ["evaluate", (o) => model().evaluate(samples, o), {}, { signal }],
  ["predict", (o) => model().predict(samples, o), {}, { signal }],
  ["profile", (o) => model().profile(samples, o), {}, { batchSize: wholeFrom(1), signal }],
  [
    "loadModel",
    (o) => loadModel(model().toFiles(), o),
    {},
    { ...modelOptions, name: text, seed: wholeFrom(0) },
  ],
  [
    "Trace.open",
    (o) => Trace.open(model(), o),
    {},
    {
      threads: wholeFrom(1),
      fast: boolean,
      kernels: (value) => text(value) || aFunction(value),
      worker: aFunction,
    },
  ],
];

checksItsOptions(classes, true);
checksItsOptions(methods, false);
