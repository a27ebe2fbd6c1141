// Images a second of training the study's CNN in TensorFlow.js on its plain JavaScript backend: the WebAssembly one
// has no gradients of convolutions. Prints one line of JSON. usage: node bench/peers/tfjs/throughput.mjs
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { pixels } from "../../workload.mjs";
import { timedSteps } from "../timed-steps.mjs";

/** Its speed does not depend on the batch size, and a step of 64 would take half a minute. */
const BATCH = 16;

await tf.setBackend("cpu");
const model = layers.sequential({
  layers: [
    layers.layers.conv2d({ inputShape: [28, 28, 1], filters: 16, kernelSize: 3, activation: "relu" }),
    layers.layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
    layers.layers.maxPooling2d({ poolSize: 2 }),
    layers.layers.dropout({ rate: 0.4 }),
    layers.layers.flatten(),
    layers.layers.dense({ units: 10, activation: "softmax" }),
  ],
});
model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
const { images, labels } = pixels();
const training = await timedSteps(BATCH, async (step) => {
  const first = step * BATCH;
  const pieces = images.subarray(784 * first, 784 * (first + BATCH));
  const x = tf.tensor4d(
    Float32Array.from(pieces, (byte) => byte / 255),
    [BATCH, 28, 28, 1],
  );
  const y = tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(first, first + BATCH)), "int32"), 10);
  const loss = await model.trainOnBatch(x, y);
  if (!(loss > 0 && loss < 20)) throw new Error(`the loss of step ${step} is ${loss}`);
  tf.dispose([x, y]);
});
const versions = { tfjs: tf.version_core };
console.log(JSON.stringify({ system: "tfjs", versions, threads: 1, batchSize: BATCH, training }));
