// usage: node --expose-gc ten-thousand-steps.mjs
// Trains a tiny model in fits of a thousand steps, evaluates and predicts between them, and prints what the process
// holds after each, as a line of JSON: bytes.
import { generateFashionSketch } from "../packages/core/dist/data/index.js";
import {
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  Rescaling,
  Sequential,
} from "../packages/core/dist/index.js";

/** Fits before the first look, which fill one-time caches; then those that count. */
const [WARM_UP, COUNTED] = [3, 10];

// The engine does not expose its memory, so each one is noted as it is created.
const memories = [];
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(Memory, options) {
    const memory = new Memory(...options);
    memories.push(memory);
    return memory;
  },
});

/** A copy in memory that threads cannot read, like any program's arrays: each fit has to copy it. */
const own = (set) => ({ ...set, images: Uint8Array.from(set.images), labels: Uint8Array.from(set.labels) });
const sketch = generateFashionSketch({ train: 2000, test: 20 });
const [train, test] = [own(sketch.train), own(sketch.test)];
const layers = [
  new Input([28, 28, 1]),
  new Rescaling(1 / 255),
  new MaxPooling2D(4),
  new Conv2D(4, 3, { activation: "relu" }),
  new MaxPooling2D(2),
  new Dropout(0.2),
  new Flatten(),
  new Dense(10, { activation: "softmax" }),
];
const model = new Sequential(layers);
model.compile({ threads: 2 });

let steps = 0;
const looks = [];
for (let fit = 1; fit <= WARM_UP + COUNTED; fit++) {
  await model.fit(train, { epochs: 5, batchSize: 10, validationData: test });
  await model.predict(test);
  steps += 1000;
  if (fit >= WARM_UP) looks.push(look());
}
model.dispose();
console.log(JSON.stringify(looks));

function look() {
  gc();
  gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const wasm = memories.map(({ buffer }) => buffer.byteLength);
  return { steps, rss, heapUsed, external, arrayBuffers, wasm };
}
