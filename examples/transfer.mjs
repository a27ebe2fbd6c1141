// Transfer: a network learns five classes; its frozen convolutions are then reused for five more, with only a few
// pictures; at the end the whole network is fine-tuned.
//
//     node examples/transfer.mjs [EPOCHS] [DATASET] [IMAGES]
import { Adam, Conv2D, Dense, Flatten, Input, MaxPooling2D, Rescaling, Sequential } from "heddle";
import { data } from "./shared.mjs";

const { dataset, train, epochs } = await data({ epochs: 4 });
const [height, width, channels] = dataset.train.shape;
const relu = { activation: "relu" };

/** The images of classes first … first+4, at most `most` of them, with labels that start at 0. */
function classes(set, first, most) {
  const chosen = [];
  for (let n = 0; n < set.count && chosen.length < most; n++) {
    if (set.labels[n] >= first && set.labels[n] < first + 5) chosen.push(n);
  }
  const size = height * width * channels;
  const images = new set.images.constructor(chosen.length * size);
  for (const [index, n] of chosen.entries()) {
    images.set(set.images.subarray(n * size, (n + 1) * size), index * size);
  }
  const labels = Uint8Array.from(chosen, (n) => set.labels[n] - first);
  return { images, labels, count: chosen.length, shape: set.shape };
}

const network = (name) =>
  new Sequential(
    [
      new Input(dataset.train.shape),
      new Rescaling(1 / 255),
      new Conv2D(16, 3, { ...relu, name: "edges" }),
      new Conv2D(32, 3, { ...relu, name: "parts" }),
      new MaxPooling2D(2),
      new Flatten(),
      new Dense(5, { activation: "softmax" }),
    ],
    { name, seed: 1 },
  );

const teacher = network("teacher");
await teacher.fit(classes(train, 0, Infinity), { epochs, batchSize: 64, verbose: 2 });

const few = classes(train, 5, 500);
const test = classes(dataset.test, 5, Infinity);
const student = network("student");
for (const name of ["edges", "parts"]) {
  const layer = student.getLayer(name);
  layer.setWeights(teacher.getLayer(name).getWeights());
  layer.trainable = false;
}
await student.fit(few, { epochs: 4 * epochs, batchSize: 32 });
const { accuracy: frozen } = await student.evaluate(test);

for (const layer of student.layers) layer.trainable = true;
student.compile({ optimizer: new Adam({ learningRate: 1e-4 }) });
await student.fit(few, { epochs: 2 * epochs, batchSize: 32 });
const { accuracy: tuned } = await student.evaluate(test);

const scratch = network("scratch");
await scratch.fit(few, { epochs: 6 * epochs, batchSize: 32 });
const { accuracy: alone } = await scratch.evaluate(test);
console.log(`${few.count} images of five new classes, accuracy on their test images:`);
console.log(
  `frozen ${frozen.toFixed(4)}  fine-tuned ${tuned.toFixed(4)}  without transfer ${alone.toFixed(4)}`,
);
for (const model of [teacher, student, scratch]) model.dispose();
