// Images a second of one of the six nets in Heddle: training at a batch size, then prediction. Prints one line of JSON.
// usage: node bench/heddle/nets.mjs NET BATCH THREADS [fast]
import { Adam } from "../../packages/core/dist/index.js";
import { imagesFor, netNamed } from "../nets.mjs";
import { PASSES } from "../workload.mjs";

const [name, batch, threadCount, variantWord] = process.argv.slice(2);
const [batchSize, threads, fast] = [Number(batch), Number(threadCount), variantWord === "fast"];
const model = netNamed(name);
model.compile({ optimizer: new Adam(), threads, fast });
const samples = imagesFor(name);

const { epochs } = await model.fit(samples, { epochs: PASSES, batchSize });
const prediction = [];
for (let pass = 0; pass < PASSES; pass++) {
  const started = performance.now();
  await model.predict(samples);
  prediction.push((1000 * samples.count) / (performance.now() - started));
}
const training = epochs.map(({ imagesPerSecond }) => imagesPerSecond);
const { variant, width } = await model.engine();
const node = process.versions.node;
console.log(JSON.stringify({ net: name, batchSize, variant, width, threads, node, training, prediction }));
model.dispose();
