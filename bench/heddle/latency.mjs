// Milliseconds of predicting one image with a warm model, call by call. Prints one line of JSON.
// usage: node bench/heddle/latency.mjs CALLS THREADS [fast]
import { studyModel } from "../../packages/core/dist/recipes/study-recipe.js";
import { pixels } from "../workload.mjs";

const WARM_UP = 500;

const [calls, threads] = process.argv.slice(2, 4).map(Number);
const fast = process.argv[4] === "fast";
const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
model.compile({ threads, fast });
const { images } = pixels();
const milliseconds = [];
for (let call = 0; call < WARM_UP + calls; call++) {
  const first = 784 * (call % 1000);
  const image = { images: images.subarray(first, first + 784), count: 1, shape: [28, 28, 1] };
  const started = performance.now();
  await model.predict(image);
  if (call >= WARM_UP) milliseconds.push(performance.now() - started);
}
const { variant } = await model.engine();
model.dispose();
console.log(JSON.stringify({ variant, threads, milliseconds }));
