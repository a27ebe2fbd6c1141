import { describe, expect, it } from "vitest";
import { fuseUntrained } from "../compiler/fuse-untrained.js";
import type { GraphOp } from "../compiler/graph.js";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  input,
} from "../index.js";
import { sixteenths } from "../ops/op-lab.testing.js";
import { Model } from "./model.js";
import { Trace } from "./trace.js";

type Tensor = ReturnType<typeof input>;

const same = { padding: "same" } as const;
const norm = (x: Tensor) => new BatchNormalization().apply(x);
const relu = (x: Tensor) => new Activation("relu").apply(x);

/** Residual blocks with every kind of convolution: large windows, points, Winograd's, strides; and a sum that repeats a value. */
function residual(): Model {
  const x = input([9, 10, 3]);
  const stem = relu(norm(new Conv2D(20, 5, { ...same, strides: 2 }).apply(x)));
  const point = relu(norm(new Conv2D(16, 1).apply(stem)));
  const wide = relu(norm(new Conv2D(16, 3, { ...same, useBias: false }).apply(point)));
  const first = relu(new Add().apply([stem, norm(new Conv2D(20, 1).apply(wide))]));
  const second = relu(new Add().apply([norm(new Conv2D(20, 3, same).apply(first)), first]));
  const down = new BatchNormalization({ scale: false }).apply(
    new Conv2D(12, 1, { strides: 2 }).apply(second),
  );
  const mean = new GlobalAveragePooling2D({ keepdims: true }).apply(down);
  const broad = new Add().apply([mean, new Conv2D(12, 3, { ...same, strides: 2 }).apply(second)]);
  const outputs = new Dense(3, { activation: "softmax" }).apply(
    new GlobalAveragePooling2D().apply(relu(broad)),
  );
  const model = new Model({ inputs: x, outputs }, { seed: 4 });
  for (const [place, weight] of model.weights.entries()) {
    const isPositive = /gamma|variance/.test(weight.name);
    const numbers = sixteenths(weight.read().length, place + 1);
    if (!/kernel/.test(weight.name)) weight.assign(numbers.map((one) => (isPositive ? 1 + one * one : one)));
  }
  return model;
}

const described = (ops: readonly GraphOp[]) =>
  ops.map(({ node, inputs }) => {
    if (node.op !== "finishedConv2d") return `${node.op} ${inputs}`;
    const { normalization, adds, relu } = node;
    return `convolution${normalization ? "+norm" : ""}${adds ? "+sum" : ""}${relu ? "+relu" : ""} ${inputs}`;
  });

describe("a convolution with what follows it", () => {
  const samples = { images: sixteenths(5 * 270, 3), count: 5, shape: [9, 10, 3] };
  const labels = Uint8Array.of(0, 1, 2, 1, 0);

  it("is one op in prediction, and in training only where nothing trained comes before", () => {
    const model = residual();
    const { ops } = model.lower();
    expect(described(fuseUntrained(ops, false)).filter((one) => one.startsWith("convolution"))).toEqual([
      "convolution+norm+relu -1",
      "convolution+norm+relu 0",
      "convolution+norm+relu 1",
      "convolution+norm+sum+relu 2,0",
      "convolution+norm+sum+relu 3,3",
      "convolution+norm 4",
      "convolution+sum+relu 4,6",
    ]);
    expect(fuseUntrained(ops, true)).toEqual(ops);
    for (const layer of model.layers) layer.trainable = layer.className === "Dense";
    const frozen = model.lower().ops;
    expect(described(fuseUntrained(frozen, true))).toEqual(described(fuseUntrained(frozen, false)));
    for (const layer of model.layers) layer.trainable = layer.name !== "conv2d";
    // Its normalization is trained.
    expect(described(fuseUntrained(model.lower().ops, true))[0]).toBe("conv2d -1");
  });

  it.each([1, 2])(
    "has the bits of the layers one by one, also after the weights change, on %i threads",
    async (threads) => {
      for (const fast of [false, true]) {
        const model = residual();
        model.compile({ optimizer: "sgd", fast, threads });
        const trace = await Trace.open(model, { fast, threads: 1 });
        const last = model.layers.at(-1)!.name;
        const traced = async () => (await trace.run(samples, { layers: [last] })).values.get(last)!;
        const before = await model.predict(samples);
        expect(before).toEqual(await traced());
        expect(await model.predict(samples)).toEqual(before);
        model.getLayer("conv2d_1").weights[0]!.assign(sixteenths(320, 9));
        const changed = await model.predict(samples);
        expect(changed).not.toEqual(before);
        expect(changed).toEqual(await traced());
        for (const layer of model.layers) layer.trainable = layer.className === "Dense";
        await model.fit({ ...samples, labels }, { epochs: 2, batchSize: 2 });
        const trained = await model.predict(samples);
        expect(trained).not.toEqual(changed);
        expect(trained).toEqual(await traced());
        expect(
          await model.predict({ ...samples, count: 1, images: samples.images.subarray(0, 270) }),
        ).toEqual(trained.subarray(0, 3));
        trace.close();
        model.dispose();
      }
    },
  );
});
