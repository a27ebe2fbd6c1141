import { expect, it } from "vitest";
import { conv2dReference } from "../ops/conv2d.reference.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import { crossEntropyReference } from "../ops/cross-entropy.reference.js";
import { denseReference } from "../ops/dense.reference.js";
import { dropoutReference } from "../ops/dropout.reference.js";
import { finiteDifferences } from "../ops/finite-differences.testing.js";
import { pool2dGeometry } from "../ops/max-pool.js";
import { maxPoolReference } from "../ops/max-pool.reference.js";
import { expectClose } from "../ops/op-lab.testing.js";
import { SGD } from "../optimizers/index.js";
import { tinyCnn, tinyImages } from "./tiny-model.testing.js";

const N = 3;
const SEED = 3;
const RATE = 0.25;
const data = tinyImages(N);
const conv = {
  who: "test",
  kernelSize: [3, 3],
  strides: [1, 1],
  dilationRate: [1, 1],
  padding: "valid",
} as const;
const first = conv2dGeometry([8, 8, 1], { ...conv, filters: 8 });
const second = conv2dGeometry([6, 6, 8], { ...conv, filters: 10 });
const pool = pool2dGeometry([4, 4, 10], { who: "test", poolSize: [2, 2], strides: [2, 2], padding: "valid" });
const relu = (values: Float64Array) => values.map((value) => Math.max(0, value));

/** The mean loss of tinyCnn's first training step, computed by the scalar twins alone. */
function referenceLoss([w1, b1, w2, b2, w3, b3]: readonly Float64Array[]): number {
  const pixels = Float64Array.from(data.images, (value) => value / 255);
  const hidden = relu(conv2dReference(first, N, pixels, w1!, b1));
  const pooled = maxPoolReference(pool, N, relu(conv2dReference(second, N, hidden, w2!, b2))).y;
  const units = pooled.length / N;
  // Dropout is the model's fifth layer, and this is step 0.
  const kept = Array.from({ length: N }, (_, sample) =>
    dropoutReference({ rate: RATE, seed: SEED, layer: 4, step: 0, sample, count: units }),
  ).flat();
  const dropped = pooled.map((value, i) => (kept[i] ? value / (1 - RATE) : 0));
  const logits = denseReference([N, units, 3], dropped, w3!, b3);
  const target = Float64Array.from({ length: 3 * N }, (_, i) =>
    Number(data.labels[Math.floor(i / 3)] === i % 3),
  );
  return crossEntropyReference(logits, target, 3).loss.reduce((sum, value) => sum + value, 0) / N;
}

it("a whole model's gradient is the slope of its loss", async () => {
  const model = tinyCnn({ seed: SEED, rate: RATE });
  const weights = model.weights.map(({ values }) => Float64Array.from(values));
  // A step of plain SGD at rate 1 moves each weight by its gradient.
  model.compile({ optimizer: new SGD({ learningRate: 1 }), threads: 2 });
  const { epochs } = await model.fit(data, { batchSize: N, shuffle: false });
  model.dispose();

  expect(epochs[0]!.loss).toBeCloseTo(referenceLoss(weights), 5);
  weights.forEach((before, index) => {
    const { values } = model.weights[index]!;
    const slope = finiteDifferences(before, () => referenceLoss(weights));
    expectClose(
      before.map((value, i) => value - values[i]!),
      slope,
      1e-5,
    );
  });
});
