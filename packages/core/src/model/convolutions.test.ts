// Depthwise, separable and grouped convolutions, and Dense on each pixel, in whole models.
import { describe, expect, it } from "vitest";
import { Conv2D, Dense, DepthwiseConv2D, Flatten, SeparableConv2D } from "../layers/index.js";
import { Input } from "../network/input.js";
import { Adam } from "../optimizers/index.js";
import { modelFromJson } from "./load.js";
import { Sequential } from "./sequential.js";
import { tinyImages } from "./tiny-model.testing.js";

function everyConvolution(): Sequential {
  return new Sequential(
    [
      new Input([8, 8, 1]),
      new DepthwiseConv2D(3, { padding: "same", depthMultiplier: 6, activation: "relu" }),
      new Conv2D(9, 3, { groups: 3, strides: 2, padding: "same", activation: "relu" }),
      new SeparableConv2D(5, 3, { padding: "same", activation: "relu" }),
      new Conv2D(10, 2, { groups: 5, activation: "relu" }),
      new Dense(4, { activation: "relu" }),
      new Flatten(),
      new Dense(3, { activation: "softmax" }),
    ],
    { seed: 3 },
  );
}

async function trained(threads: number) {
  const model = everyConvolution();
  model.compile({ threads, optimizer: new Adam({ learningRate: 0.01 }) });
  const { epochs } = await model.fit(tinyImages(100), { epochs: 3, batchSize: 24 });
  model.dispose();
  return { sha: await model.weightsSha256(), loss: epochs.map(({ loss }) => loss) };
}

describe("convolutions in a model", () => {
  it("absorb a ReLU into their kernels", () => {
    const nodes = everyConvolution()
      .lower()
      .ops.map(({ node }) => ("relu" in node ? `${node.op} ${node.relu}` : node.op));
    expect(nodes).toEqual([
      "depthwiseConv2d true",
      "groupedConv2d true",
      "depthwiseConv2d false",
      "conv2d true",
      "depthwiseConv2d true",
      "conv2d true",
      "reshape",
      ...["dense false", "softmax"],
    ]);
  });

  it("have Keras's names, and count their parameters and multiply-adds", () => {
    const rows = everyConvolution().summaryRows();
    expect(rows.map(({ name, parameters, macs }) => [name, parameters, macs])).toEqual([
      ["depthwise_conv2d", 60, 64 * 6 * 9],
      ["conv2d", 3 * 3 * 2 * 9 + 9, 16 * 9 * 9 * 2],
      ["separable_conv2d", 81 + 45 + 5, 16 * 9 * 9 + 16 * 9 * 5],
      ["conv2d_1", 2 * 2 * 10 + 10, 9 * 10 * 4],
      ["dense", 44, 9 * 40],
      ["flatten", 0, 0],
      ["dense_1", 36 * 3 + 3, 108],
    ]);
  });

  it("learn, and end with the same weights on one, two and four threads", async () => {
    const [one, two, four] = [await trained(1), await trained(2), await trained(4)];
    expect(one.loss[2]!).toBeLessThan(one.loss[0]!);
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  it("are read back from the model's JSON", () => {
    const model = everyConvolution();
    const again = modelFromJson("test", JSON.parse(JSON.stringify(model.toJson())), { seed: 3 });
    expect(again.toJson()).toEqual(model.toJson());
    expect(again.getWeights()).toEqual(model.getWeights());
  });
});
