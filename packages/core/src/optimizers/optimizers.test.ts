import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { MaxNorm } from "../constraints/index.js";
import { Dense, type DenseOptions } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { crossEntropyReference } from "../ops/cross-entropy.reference.js";
import { denseBackwardReference, denseReference } from "../ops/dense.reference.js";
import { expectClose } from "../ops/op-lab.testing.js";
import { L1, L1L2, L2, type Regularizer } from "../regularizers/index.js";
import { OneCycle } from "../schedules/index.js";
import { adamReference } from "./adam.reference.js";
import { Adam, AdamW, Muon, type Optimizer, type OptimizerName, optimizers, RMSprop, SGD } from "./index.js";
import { momentumReference, type ReferenceUpdate, sgdReference } from "./sgd.reference.js";

const N = 10;
const I = 7;
const K = 3;
const random = new Random(1, "split");
const images = Float32Array.from({ length: N * I }, () => random.uniform() * 2 - 1);
const labels = Uint8Array.from({ length: N }, () => random.below(K));
const samples = { images, labels, count: N, shape: [I] };

/** Trains a softmax regression in plain f64; returns its weights and the loss of each epoch. */
function trainPlainly(
  start: readonly Float32Array[],
  options: {
    update: ReferenceUpdate;
    rate: (step: number) => number;
    epochs: number;
    batchSize: number;
    penalty?: Regularizer | undefined;
  },
) {
  const [kernel, bias] = start.map((values) => Float64Array.from(values)) as [Float64Array, Float64Array];
  const states = [kernel, bias].map((values) => Array.from(values, () => ({})));
  const { l1 = 0, l2 = 0 } = options.penalty ?? {};
  const losses: number[] = [];
  let step = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    let loss = 0;
    for (let first = 0; first < N; first += options.batchSize) {
      const count = Math.min(options.batchSize, N - first);
      const x = images.subarray(first * I, (first + count) * I);
      const target = Float64Array.from({ length: count * K }, (_, i) =>
        Number(labels[first + Math.floor(i / K)] === i % K),
      );
      const sizes = [count, I, K] as const;
      const measured = crossEntropyReference(denseReference(sizes, x, kernel, bias), target, K);
      const dy = measured.gradient.map((value) => value / count);
      const { dw, db } = denseBackwardReference(sizes, x, kernel, dy);
      const penalty = kernel.reduce((sum, w) => sum + l1 * Math.abs(w) + l2 * w * w, 0);
      loss += measured.loss.reduce((sum, value) => sum + value, 0) + count * penalty;
      const rate = options.rate(step++);
      const apply = (values: Float64Array, gradient: Float64Array, state: object[]) =>
        values.forEach((w, i) => {
          values[i] = options.update(w, gradient[i]!, rate, step, state[i]!);
        });
      apply(
        kernel,
        dw.map((g, i) => g + l1 * Math.sign(kernel[i]!) + 2 * l2 * kernel[i]!),
        states[0]!,
      );
      apply(bias, db, states[1]!);
    }
    losses.push(loss / N);
  }
  return { kernel, bias, losses };
}

async function compare(
  optimizer: Optimizer | OptimizerName,
  update: ReferenceUpdate,
  options: {
    rate?: (step: number) => number;
    penalty?: Regularizer;
  } = {},
) {
  const { rate = () => 0.05, penalty } = options;
  const layer = new Dense(K, { activation: "softmax", ...(penalty && { kernelRegularizer: penalty }) });
  const model = new Sequential([new Input([I]), layer], { seed: 5 });
  model.compile({ optimizer, threads: 2 });
  const start = model.weights.map(({ values }) => values.slice());
  // Batches of 4, 4 and 2, in two calls of fit: the second continues where the first ended.
  const run = { batchSize: 4, shuffle: false };
  const history = [
    ...(await model.fit(samples, { ...run, epochs: 2 })).epochs,
    ...(await model.fit(samples, { ...run, epochs: 1 })).epochs,
  ];
  model.dispose();
  const expected = trainPlainly(start, { update, rate, epochs: 3, batchSize: 4, penalty });
  expectClose(model.weights[0]!.values, expected.kernel);
  expectClose(model.weights[1]!.values, expected.bias);
  expectClose(
    history.map((epoch) => epoch.loss),
    expected.losses,
  );
  const moved = model.weights[0]!.values.some((value, i) => Math.abs(value - start[0]![i]!) > 1e-3);
  expect(moved).toBe(true);
}

describe("an optimizer's steps follow Keras's formulas:", () => {
  it("Adam", () => compare(new Adam({ learningRate: 0.05 }), adamReference(0.9, 0.999, 1e-7)));
  it("Adam with its defaults, by name", () =>
    compare("adam", adamReference(0.9, 0.999, 1e-7), { rate: () => 0.001 }));
  it("Adam with options", () =>
    compare(
      new Adam({ learningRate: 0.05, beta1: 0.5, beta2: 0.9, epsilon: 0.01 }),
      adamReference(0.5, 0.9, 0.01),
    ));
  it("SGD", () => compare(new SGD({ learningRate: 0.05 }), sgdReference));
  it("SGD with its default, by name", () => compare("sgd", sgdReference, { rate: () => 0.01 }));
  it("SGD with momentum", () =>
    compare(new SGD({ learningRate: 0.05, momentum: 0.9 }), momentumReference(0.9, false)));
  it("SGD with Nesterov's momentum", () =>
    compare(new SGD({ learningRate: 0.05, momentum: 0.9, nesterov: true }), momentumReference(0.9, true)));
});

describe("regularizers", () => {
  it.each([new L1(0.03), new L2(0.02), new L1L2({ l1: 0.01, l2: 0.05 })])(
    "add their gradient, and their penalty to the loss: %o",
    (penalty) => compare(new SGD({ learningRate: 0.05 }), sgdReference, { penalty }),
  );

  it("add their penalty to the loss of evaluate, too", async () => {
    const make = (penalty: Regularizer[]) => {
      const options = penalty[0] ? { kernelRegularizer: penalty[0] } : {};
      return new Sequential([new Input([I]), new Dense(K, { activation: "softmax", ...options })], {
        seed: 5,
      });
    };
    const [bare, penalised] = [make([]), make([new L1L2({ l1: 0.1, l2: 0.2 })])];
    const without = await bare!.evaluate(samples);
    const loss = (await penalised!.evaluate(samples)).loss - without.loss;
    const { values } = bare!.weights[0]!;
    expect(loss).toBeCloseTo(
      values.reduce((sum, w) => sum + 0.1 * Math.abs(w) + 0.2 * w * w, 0),
      5,
    );
    for (const model of [bare, penalised]) model!.dispose();
  });
});

describe("an optimizer's options", () => {
  it("include a schedule, which sees the steps of the whole fit", async () => {
    const model = new Sequential([new Input([I]), new Dense(K, { activation: "softmax" })], { seed: 5 });
    const schedule = new OneCycle(0.1, { warmup: 0.5, start: 0.1, end: 0 });
    model.compile({ optimizer: new SGD({ learningRate: schedule }), threads: 1 });
    const start = model.weights.map(({ values }) => values.slice());
    const { epochs } = await model.fit(samples, { epochs: 2, batchSize: 4, shuffle: false });
    model.dispose();
    const expected = trainPlainly(start, {
      update: sgdReference,
      rate: (step) => schedule.rate(step, 6),
      epochs: 2,
      batchSize: 4,
    });
    expectClose(model.weights[0]!.values, expected.kernel);
    expect(epochs.map((epoch) => epoch.learningRate)).toEqual([schedule.rate(2, 6), schedule.rate(5, 6)]);
  });

  it.each([
    new Adam(),
    new Adam({ learningRate: 0.5, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }),
    new Adam({ learningRate: new OneCycle(3e-3, { warmup: 0.3 }) }),
    new SGD(),
    new SGD({ learningRate: 0.5, momentum: 0.9, nesterov: true }),
    new SGD({ weightDecay: 0.1, clipnorm: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 7 }),
    new AdamW({ weightDecay: 0.1, clipvalue: 0.5, amsgrad: true }),
    new RMSprop({ rho: 0.5, momentum: 0.1, epsilon: 1e-3, centered: true, globalClipnorm: 3 }),
    new Muon(),
    new Muon({ momentum: 0.5, nesterov: false, nsSteps: 2, rmsRate: null, excludeLayers: ["head", "d.*e"] }),
    new Muon({ adamWeightDecay: null, adamLrRatio: 0.5, adamBeta1: 0.8, muonA: 3, excludeEmbeddings: false }),
  ])("are read back from its configuration: %o", (optimizer) => {
    const again = optimizers.deserialize("test", {
      class_name: optimizer.className,
      config: optimizer.getConfig(),
    });
    expect(again.constructor).toBe(optimizer.constructor);
    expect(again).not.toBe(optimizer);
    expect(again.getConfig()).toEqual(optimizer.getConfig());
  });

  it("are refused if they are impossible", () => {
    expect(() => new Adam({ clipnorm: 1, clipvalue: 2 })).toThrow(
      "Optimizer: expected at most one of clipnorm, clipvalue and globalClipnorm, received clipnorm and clipvalue. Choose one.",
    );
    expect(() => new SGD({ clipvalue: 0 })).toThrow(
      "Optimizer: expected clipvalue to be a number above 0, received 0. Correct clipvalue.",
    );
    expect(() => new AdamW({ weightDecay: -1 })).toThrow(
      "Optimizer: expected weightDecay to be a number of at least 0, received -1. Correct weightDecay.",
    );
    expect(() => new RMSprop({ emaMomentum: 1.5 })).toThrow(
      "Optimizer: expected emaMomentum to be a number from 0 to 1, received 1.5. Correct emaMomentum.",
    );
    expect(() => new Muon({ emaOverwriteFrequency: 0 })).toThrow("emaOverwriteFrequency");
    for (const learningRate of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new Adam({ learningRate })).toThrow(
        `Optimizer: expected learningRate to be a number of at least 0 or a schedule, received ${learningRate}. Correct learningRate.`,
      );
    }
    expect(() => optimizers.create("compile", "adamx")).toThrow(
      'compile: expected optimizer to be one of SGD, Adam, AdamW, RMSprop, Muon, received "adamx". Did you mean Adam?',
    );
  });
});

/** A model of two dense layers, trained for two epochs of three steps. */
async function trained(optimizer: Optimizer, options: { threads?: number; layer?: DenseOptions } = {}) {
  const hidden = new Dense(5, { name: "hidden", activation: "relu", ...options.layer });
  const layers = [hidden, new Dense(K, { name: "head", activation: "softmax" })];
  const model = new Sequential([new Input([I]), ...layers], { seed: 5 });
  model.compile({ optimizer, threads: options.threads ?? 2 });
  const seen: Float32Array[][] = [];
  const look = { onEpochEnd: () => void seen.push(model.weights.map(({ values }) => values.slice())) };
  await model.fit(samples, { epochs: 2, batchSize: 4, shuffle: false, callbacks: [look] });
  model.dispose();
  return { weights: model.weights.map(({ values }) => values), seen };
}

describe("training ends with the same weights on any number of threads:", () => {
  it.each([
    ["Muon", () => new Muon({ learningRate: 0.02, excludeLayers: ["head"] })],
    ["AdamW", () => new AdamW({ learningRate: 0.02, globalClipnorm: 0.1, amsgrad: true, useEma: true })],
    ["RMSprop", () => new RMSprop({ learningRate: 0.02, clipnorm: 0.05, momentum: 0.9, centered: true })],
  ] as const)("%s", async (_, make) => {
    const one = await trained(make(), { threads: 1, layer: { kernelConstraint: "maxNorm" } });
    for (const threads of [2, 4]) {
      const many = await trained(make(), { threads, layer: { kernelConstraint: "maxNorm" } });
      expect(many.weights).toEqual(one.weights);
    }
  });
});

describe("options that all optimizers share", () => {
  it("useEma replaces the weights with their average after fit, not between its epochs", async () => {
    const options = { learningRate: 0.1, momentum: 0.5 };
    const plain = await trained(new SGD(options));
    const averaged = await trained(new SGD({ ...options, useEma: true, emaMomentum: 0.9 }));
    // Averaging changes nothing during fit, …
    expect(averaged.seen).toEqual(plain.seen);
    expect(plain.weights).toEqual(plain.seen[1]);
    // … and with a momentum of 0, the average is the weights themselves.
    expect(averaged.weights).not.toEqual(plain.weights);
    const forgetful = await trained(new SGD({ ...options, useEma: true, emaMomentum: 0 }));
    expect(forgetful.weights).toEqual(plain.weights);
  });

  it("excludeFromWeightDecay trains weights as without decay", async () => {
    const options = { learningRate: 0.1, weightDecay: 0.5 };
    const excluding = new SGD({ ...options, learningRate: 0 });
    excluding.excludeFromWeightDecay("bias");
    const weight = (name: string) => ({ name, shape: [2, 2] });
    expect(excluding.decayOf(weight("biased/kernel"))).toBe(0.5);
    expect(excluding.decayOf(weight("dense/bias"))).toBe(0);
    const everything = new SGD(options);
    everything.excludeFromWeightDecay("kernel", "bias");
    const without = await trained(new SGD({ learningRate: 0.1 }));
    expect((await trained(everything)).weights).toEqual(without.weights);
    expect((await trained(new SGD(options))).weights).not.toEqual(without.weights);
  });

  it("Muon decays AdamW's weights by AdamW's decay, and cuts nothing else", () => {
    const muon = new Muon({ weightDecay: 0.1, adamWeightDecay: 0.2, excludeLayers: ["^head/"] });
    const kernel = { name: "hidden/kernel", shape: [7, 5] };
    expect([muon.wholeWeight(kernel), muon.decayOf(kernel)]).toEqual([2 * 5 * (8 + 8), 0.1]);
    for (const [name, shape] of [
      ["hidden/bias", [5]],
      ["head/kernel", [5, 3]],
      ["conv/kernel", [3, 3, 1, 5]],
      ["embedding/embeddings", [5, 3]],
    ] as const) {
      expect([muon.wholeWeight({ name, shape }), muon.decayOf({ name, shape })]).toEqual([undefined, 0.2]);
    }
    muon.excludeFromWeightDecay("bias");
    expect(muon.decayOf({ name: "hidden/bias", shape: [5] })).toBe(0);
  });
});

it("constraints hold after every epoch of training, for the kernel and the bias", async () => {
  const layer = { kernelConstraint: new MaxNorm(0.3), biasConstraint: "nonNeg" as const };
  const { seen } = await trained(new SGD({ learningRate: 0.5 }), { layer });
  const free = await trained(new SGD({ learningRate: 0.5 }));
  const norms = (kernel: Float32Array) =>
    Array.from({ length: 5 }, (_, unit) =>
      Math.sqrt(kernel.reduce((sum, value, i) => sum + (i % 5 === unit ? value * value : 0), 0)),
    );
  for (const [kernel, bias] of seen) {
    expect(Math.max(...norms(kernel!))).toBeLessThanOrEqual(0.3 + 1e-6);
    expect(Math.min(...bias!)).toBeGreaterThanOrEqual(0);
  }
  expect(Math.max(...norms(free.weights[0]!))).toBeGreaterThan(0.31);
  expect(Math.min(...free.weights[1]!)).toBeLessThan(0);
});
