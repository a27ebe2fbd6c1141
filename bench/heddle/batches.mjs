// Images a second of `model.predict` in batches. Prints one line of JSON.
// usage: node bench/heddle/batches.mjs IMAGES SECONDS THREADS
import { studyModel } from "../../packages/core/dist/recipes/study-recipe.js";
import { pixels } from "../workload.mjs";

const [count, seconds, threads] = process.argv.slice(2).map(Number);
const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
model.compile({ threads });
const { images } = pixels();
const size = 784 * count;
const calls = Math.floor(images.length / size);
async function measure(milliseconds) {
  const started = performance.now();
  let call = 0;
  for (; performance.now() < started + milliseconds; call++) {
    const first = size * (call % calls);
    await model.predict({ images: images.subarray(first, first + size), count, shape: [28, 28, 1] });
  }
  return (1000 * call * count) / (performance.now() - started);
}
await measure(1000);
const perSecond = await measure(1000 * seconds);
model.dispose();
console.log(JSON.stringify({ perSecond }));
