import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { Activation, Conv2D, Dense, Dropout, Flatten, type Layer, MaxPooling2D } from "../layers/index.js";
import type { OpNode } from "../ops/node.js";
import { closeOrZero, onEachVariant, runChain, sixteenths } from "../ops/op-lab.testing.js";
import { fuse } from "./fuse.js";

/** The ops of a chain of layers before fusion, and its output shape. */
function lowered(input: readonly number[], layers: readonly Layer[]) {
  const nodes: OpNode[] = [];
  let shape = input;
  layers.forEach((layer, position) => {
    const output = layer.build([shape], {
      name: `${layer.className}${position}`,
      seed: 1,
      position,
      weightsBefore: position,
    });
    for (const { values } of layer.weights) values.set(sixteenths(values.length, position + 1));
    nodes.push(...(layer.lower(shape) as OpNode[]));
    shape = output;
  });
  return { nodes, outputShape: shape };
}

/** A chain of ops after fusion. */
function fusedChain(nodes: readonly OpNode[]): OpNode[] {
  return fuse(nodes.map((node, index) => ({ node, inputs: [index - 1] }))).map(({ node }) => node as OpNode);
}

const ops = (input: readonly number[], layers: readonly Layer[]) =>
  fusedChain(lowered(input, layers).nodes).map((node) =>
    (node.op === "conv2d" || node.op === "dense") && node.relu ? `${node.op}+relu` : node.op,
  );

describe("fuse", () => {
  const relu = { activation: "relu" } as const;

  it.each([
    [
      "convolution, ReLU, pooling and dropout",
      [9, 9, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2), new Dropout(0.5)],
      ["conv2dMaxPool"],
    ],
    [
      "convolution, a ReLU layer and pooling",
      [9, 9, 1],
      () => [new Conv2D(4, 3), new Activation("relu"), new MaxPooling2D(2)],
      ["conv2dMaxPool"],
    ],
    [
      "convolution and pooling of an odd size, whose last row is dropped",
      [9, 10, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2)],
      ["conv2dMaxPool"],
    ],
    [
      "convolution and pooling with same padding if every window is whole",
      [8, 8, 1],
      () => [new Conv2D(4, 3, { ...relu, padding: "same" }), new MaxPooling2D(2, { padding: "same" })],
      ["conv2dMaxPool"],
    ],
    ["dense and ReLU", [9], () => [new Dense(4, relu)], ["dense+relu"]],
    [
      "the first dropout of two",
      [9, 9, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2), new Dropout(0.5), new Dropout(0.2)],
      ["conv2dMaxPool", "dropout"],
    ],
  ] as [string, number[], () => Layer[], string[]][])("fuses %s", (_, input, layers, expected) => {
    expect(ops(input, layers())).toEqual(expected);
  });

  it.each([
    [
      "pooling with same padding and a partial window at the bottom",
      [7, 8, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2, { padding: "same" })],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "pooling with same padding and a partial window at the right",
      [8, 7, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2, { padding: "same" })],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "pooling with windows of three",
      [9, 9, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(3)],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "pooling with windows that overlap",
      [9, 9, 1],
      () => [new Conv2D(4, 3, relu), new MaxPooling2D(2, { strides: 1 })],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "a convolution with strides",
      [9, 9, 1],
      () => [new Conv2D(4, 3, { ...relu, strides: 2 }), new MaxPooling2D(2)],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "a convolution with dilation",
      [9, 9, 1],
      () => [new Conv2D(4, 3, { ...relu, dilationRate: 2 }), new MaxPooling2D(2)],
      ["conv2d+relu", "maxPool"],
    ],
    [
      "a convolution without ReLU",
      [9, 9, 1],
      () => [new Conv2D(4, 3), new MaxPooling2D(2)],
      ["conv2d", "maxPool"],
    ],
    [
      "a convolution and pooling with a softmax in between",
      [9, 9, 1],
      () => [new Conv2D(4, 3, { activation: "softmax" }), new MaxPooling2D(2)],
      ["conv2d", "softmax", "maxPool"],
    ],
    [
      "a convolution and pooling with a dropout in between",
      [9, 9, 1],
      () => [new Conv2D(4, 3, relu), new Dropout(0.5), new MaxPooling2D(2)],
      ["conv2d+relu", "dropout", "maxPool"],
    ],
    ["dense and dropout", [9], () => [new Dense(4, relu), new Dropout(0.5)], ["dense+relu", "dropout"]],
  ] as [string, number[], () => Layer[], string[]][])("does not fuse %s", (_, input, layers, expected) => {
    expect(ops(input, layers())).toEqual(expected);
  });

  it("keeps the names of all fused layers, and the dropout's number", () => {
    const { nodes } = lowered([9, 9, 1], [new Conv2D(4, 3, relu), new MaxPooling2D(2), new Dropout(0.5)]);
    expect(fusedChain(nodes)).toMatchObject([
      { owner: "Conv2D0+MaxPooling2D1+Dropout2", dropout: { rate: 0.5, layer: 2 } },
    ]);
    // The original list is unchanged.
    expect(nodes.map((node) => node.op)).toEqual(["conv2d", "relu", "maxPool", "dropout"]);
  });

  it("does not fuse a value that is read twice, and renumbers the inputs of later ops", () => {
    const { nodes } = lowered([9, 9, 1], [new Conv2D(4, 3, { padding: "same" }), new Activation("relu")]);
    const [convolution, rectifier] = nodes as [OpNode, OpNode];
    const add = { op: "add", owner: "add" } as const;
    const steps = [
      { node: convolution, inputs: [-1] },
      { node: rectifier, inputs: [0] },
      { node: convolution, inputs: [1] },
      { node: rectifier, inputs: [2] },
      { node: add, inputs: [0, 3] },
    ];
    expect(fuse(steps).map(({ node, inputs }) => [node.op, "relu" in node && node.relu, inputs])).toEqual([
      ["conv2d", false, [-1]],
      ["relu", false, [0]],
      ["conv2d", true, [1]],
      ["add", false, [0, 2]],
    ]);
  });
});

onEachVariant("a fused program", (engine) => {
  it("has the outputs and gradients of its ops one by one", async () => {
    const cases = fc.record({
      size: fc.tuple(fc.integer({ min: 4, max: 10 }), fc.integer({ min: 4, max: 10 })),
      C: fc.constantFrom(1, 3),
      K: fc.constantFrom(1, 8, 10),
      padding: fc.constantFrom("valid" as const, "same" as const),
      samples: fc.integer({ min: 1, max: 5 }),
      shards: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, C, K, padding, samples, shards, seed }) => {
        const shape = [...size, C];
        const { nodes, outputShape } = lowered(shape, [
          new Conv2D(K, 3, { activation: "relu", padding, biasInitializer: "zeros" }),
          new MaxPooling2D(2),
          new Dropout(0.5),
          new Flatten(),
          new Dense(3, { activation: "relu" }),
        ]);
        const fused = fusedChain(nodes);
        expect(fused.map((node) => node.op)).toEqual(["conv2dMaxPool", "reshape", "dense"]);
        const x = sixteenths(samples * sizeOf(shape), seed);
        const dy = sixteenths(samples * sizeOf(outputShape), seed + 1);
        const run = { shape, x, dy, samples, shards, seed, step: seed % 100 };
        const together = await runChain(engine(), { nodes: fused, ...run });
        const oneByOne = await runChain(engine(), { nodes, ...run });
        const weights = fused.flatMap((node) => ("kernel" in node ? [node.kernel, node.bias!] : []));
        const pairs = [
          [together.y, oneByOne.y],
          [together.dx, oneByOne.dx],
          ...weights.map((weight) => [together.gradient(weight), oneByOne.gradient(weight)] as const),
        ] as const;
        for (const [actual, expected] of pairs) closeOrZero(actual, expected);
      }),
      { numRuns: 40 },
    );
  });
});
