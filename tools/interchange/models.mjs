// Models that are exported, opened by the real programs, and compared: no layer of them draws at random, so that both sides
// train alike.
import * as heddle from "../../packages/core/dist/index.js";

/** Rows of noise with classes that can be learnt. @param {readonly number[]} shape @param {number} count */
export function samples(shape, count) {
  const size = shape.reduce((product, one) => product * one, 1);
  let state = 11;
  const images = Float32Array.from({ length: count * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  });
  const sums = Array.from({ length: count }, (_, row) =>
    images.subarray(row * size, row * size + 9).reduce((sum, value) => sum + value, 0),
  );
  const order = [...sums].sort((a, b) => a - b);
  const labels = Int32Array.from(sums, (sum) => Math.floor((3 * order.indexOf(sum)) / count));
  return { images, labels, count, shape: [...shape] };
}

function cnn() {
  return new heddle.Sequential(
    [
      new heddle.Input([12, 12, 1]),
      new heddle.Rescaling(2, { offset: -1 }),
      new heddle.Conv2D(8, 3, { activation: "relu" }),
      new heddle.MaxPooling2D(2),
      new heddle.Conv2D(12, 3, { padding: "same", useBias: false }),
      new heddle.BatchNormalization({ momentum: 0.9 }),
      new heddle.ReLU(),
      new heddle.Flatten(),
      new heddle.Dense(16, { activation: "relu" }),
      new heddle.Dense(3, { activation: "softmax" }),
    ],
    { name: "cnn", seed: 3 },
  );
}

/** Branches of different length, whose layers Keras sorts by depth. */
function residual() {
  const x = heddle.input([12, 12, 2]);
  const normalization = new heddle.Normalization({ mean: [0.5, 0.25], variance: [0.1, 0.2] });
  let y = normalization.apply(x);
  for (const filters of [6, 8]) {
    const short = new heddle.Conv2D(filters, 1).apply(y);
    let long = new heddle.SeparableConv2D(filters, 3, { padding: "same", useBias: false }).apply(y);
    long = new heddle.BatchNormalization({ momentum: 0.9 }).apply(long);
    long = new heddle.PReLU({ sharedAxes: [1, 2] }).apply(long);
    long = new heddle.Conv2D(filters, 3, { padding: "same" }).apply(long);
    y = new heddle.Add().apply([long, short]);
    y = new heddle.AveragePooling2D(2).apply(new heddle.LayerNormalization().apply(y));
  }
  const mean = new heddle.GlobalAveragePooling2D().apply(y);
  const most = new heddle.GlobalMaxPooling2D().apply(y);
  const both = new heddle.Concatenate().apply([mean, most]);
  const outputs = new heddle.Dense(3, { activation: "softmax", name: "head" }).apply(both);
  return new heddle.Model({ inputs: x, outputs }, { name: "residual", seed: 4 });
}

function depthwise() {
  return new heddle.Sequential(
    [
      new heddle.Input([9, 9, 3]),
      new heddle.DepthwiseConv2D(3, { padding: "same", useBias: false }),
      new heddle.BatchNormalization(),
      new heddle.ReLU({ maxValue: 6 }),
      new heddle.Conv2D(8, 1, { activation: "elu", kernelRegularizer: new heddle.L2(1e-3) }),
      new heddle.GlobalAveragePooling2D(),
      new heddle.Dense(3, { activation: "softmax" }),
    ],
    { name: "depthwise", seed: 5 },
  );
}

/** Patches as tokens, which take from each other. */
function attention() {
  const x = heddle.input([12, 12, 2]);
  const patches = new heddle.Conv2D(8, 3, { strides: 3 }).apply(x);
  let tokens = new heddle.Reshape([16, 8]).apply(patches);
  const normal = new heddle.LayerNormalization().apply(tokens);
  const taken = new heddle.MultiHeadAttention(2, 4).apply([normal, normal]);
  tokens = new heddle.Add().apply([tokens, taken]);
  const few = new heddle.Dense(6, { activation: "gelu" }).apply(tokens);
  const options = { valueDim: 5, useBias: false, outputShape: 7 };
  const crossed = new heddle.MultiHeadAttention(1, 3, options).apply([tokens, few]);
  const mean = new heddle.GlobalAveragePooling1D().apply(crossed);
  const outputs = new heddle.Dense(3, { activation: "softmax" }).apply(mean);
  return new heddle.Model({ inputs: x, outputs }, { name: "attention", seed: 6 });
}

const { Adam, AdamW, RMSprop, SGD } = heddle;

/** @type {readonly (readonly [() => heddle.Model, string, () => heddle.Optimizer])[]} */
export const cases = [
  [cnn, "Adam", () => new Adam({ learningRate: 3e-3 })],
  [cnn, "Adam, AMSGrad", () => new Adam({ learningRate: 3e-3, amsgrad: true })],
  [cnn, "AdamW, average", () => new AdamW({ learningRate: 3e-3, useEma: true, emaMomentum: 0.9 })],
  [cnn, "SGD", () => new SGD({ learningRate: 0.05 })],
  [
    cnn,
    "SGD, momentum, schedule",
    () =>
      new SGD({
        learningRate: new heddle.CosineDecay({ initialLearningRate: 0.02, decaySteps: 60 }),
        momentum: 0.9,
        nesterov: true,
      }),
  ],
  [cnn, "RMSprop, centred", () => new RMSprop({ learningRate: 1e-3, momentum: 0.5, centered: true })],
  [residual, "Adam", () => new Adam({ learningRate: 3e-3 })],
  [residual, "RMSprop", () => new RMSprop({ learningRate: 1e-3 })],
  [depthwise, "AdamW", () => new AdamW({ learningRate: 3e-3 })],
  [attention, "SGD, momentum", () => new SGD({ learningRate: 0.02, momentum: 0.9 })],
];
