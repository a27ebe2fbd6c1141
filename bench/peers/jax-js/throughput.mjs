// Images a second of training the study's CNN in jax-js on its WebAssembly backend. Prints one line of JSON.
// usage: node bench/peers/jax-js/throughput.mjs
import { readFileSync } from "node:fs";
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { pixels } from "../../workload.mjs";
import { timedSteps } from "../timed-steps.mjs";

const BATCH = 64;

await init("wasm");
defaultDevice("wasm");
const { images, labels } = pixels();

// Kernels as [K, C, R, S] and [I, O]; each followed by its bias.
const shapes = [[16, 1, 3, 3], [16], [32, 16, 3, 3], [32], [4608, 10], [10]];
let weights = shapes.map((shape) => normal(shape, shape.length === 1 ? 0 : 0.05));
let [m, v] = [0, 0].map(() => shapes.map((shape) => np.zeros(shape)));

/** Mean cross-entropy of a batch: x [N, 1, 28, 28], mask [N, 32, 12, 12] of the dropout, targets [N, 10]. */
function loss([w1, b1, w2, b2, w3, b3], x, mask, targets) {
  const convolution = (input, w, b) =>
    nn.relu(lax.conv(input, w, [1, 1], "VALID").add(b.reshape([1, b.size, 1, 1])));
  const activations = convolution(convolution(x, w1, b1), w2, b2);
  const pooled = np.max(activations.reshape([BATCH, 32, 12, 2, 12, 2]), [3, 5]);
  const logits = np.matmul(pooled.mul(mask).reshape([BATCH, 4608]), w3).add(b3);
  return nn
    .logSoftmax(logits)
    .mul(targets)
    .sum()
    .mul(-1 / BATCH);
}

const gradients = jit(valueAndGrad(loss));
const adam = jit((w, g, m, v, rate) => {
  const m1 = m.mul(0.9).add(g.ref.mul(0.1));
  const v1 = v.mul(0.999).add(np.square(g).mul(0.001));
  return [w.sub(m1.ref.div(np.sqrt(v1.ref).add(1e-7)).mul(rate)), m1, v1];
});

const training = await timedSteps(BATCH, async (step) => {
  const first = step * BATCH;
  const x = Float32Array.from(images.subarray(784 * first, 784 * (first + BATCH)), (byte) => byte / 255);
  const mask = Float32Array.from({ length: BATCH * 4608 }, () => (Math.random() < 0.4 ? 0 : 1 / 0.6));
  const targets = new Float32Array(BATCH * 10);
  for (let i = 0; i < BATCH; i++) targets[10 * i + labels[first + i]] = 1;
  const [value, g] = gradients(
    weights.map((weight) => weight.ref),
    np.array(x).reshape([BATCH, 1, 28, 28]),
    np.array(mask).reshape([BATCH, 32, 12, 12]),
    np.array(targets).reshape([BATCH, 10]),
  );
  const rate = (0.001 * Math.sqrt(1 - 0.999 ** (step + 1))) / (1 - 0.9 ** (step + 1));
  const updated = weights.map((weight, i) => adam(weight, g[i], m[i], v[i], rate));
  [weights, m, v] = [0, 1, 2].map((part) => updated.map((parts) => parts[part]));
  await blockUntilReady([weights, m, v]);
  const number = await value.jsAsync();
  if (!(number > 0 && number < 20)) throw new Error(`the loss of step ${step} is ${number}`);
});
const path = new URL("node_modules/@jax-js/jax/package.json", import.meta.url);
const versions = { "jax-js": JSON.parse(readFileSync(path, "utf8")).version };
console.log(JSON.stringify({ system: "jax-js", versions, threads: 1, batchSize: BATCH, training }));

/** Normal random numbers of a standard deviation. */
function normal(shape, deviation) {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return deviation * radius * Math.cos(2 * Math.PI * Math.random());
  });
  return np.array(values).reshape(shape);
}
