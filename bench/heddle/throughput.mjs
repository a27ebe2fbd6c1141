// Images a second of the study's CNN in Heddle: training at a batch size, then prediction. Prints one line of JSON.
// usage: node bench/heddle/throughput.mjs BATCH THREADS [fast]
import { performance } from "node:perf_hooks";
import {
  Adam,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  Rescaling,
  Sequential,
} from "../../packages/core/dist/index.js";
import { IMAGES, PASSES, pixels } from "../workload.mjs";

const [batchSize, threads] = process.argv.slice(2, 4).map(Number);
const fast = process.argv[4] === "fast";
// `studyModel()` without its random translation, which the peers' networks do not have either.
const model = new Sequential([
  new Input([28, 28, 1]),
  new Rescaling(1 / 255),
  new Conv2D(16, 3, { activation: "relu" }),
  new Conv2D(32, 3, { activation: "relu" }),
  new MaxPooling2D(2),
  new Dropout(0.4),
  new Flatten(),
  new Dense(10, { activation: "softmax" }),
]);
model.compile({ optimizer: new Adam(), threads, fast });

const data = pixels();
const samples = { images: data.images, labels: data.labels, count: IMAGES, shape: [28, 28, 1] };
const { epochs } = await model.fit(samples, { epochs: PASSES, batchSize });
const predictions = [];
for (let pass = 0; pass < PASSES; pass++) {
  const started = performance.now();
  await model.predict(samples);
  predictions.push((1000 * IMAGES) / (performance.now() - started));
}
const { variant } = await model.engine();
const training = epochs.map((epoch) => epoch.imagesPerSecond);
console.log(
  JSON.stringify({ system: "heddle", variant, threads, batchSize, training, prediction: predictions }),
);
model.dispose();
