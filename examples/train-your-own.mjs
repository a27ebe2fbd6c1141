// Your own network on your own arrays: in which direction do the stripes of a picture run?
//
//     node examples/train-your-own.mjs [EPOCHS] [FOLDER TO SAVE IN]
import { Adam, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, OneCycle, Sequential } from "heddle";

const SIZE = 16;
const classNames = ["horizontal", "vertical", "diagonal"];
const [epochs = "6", folder] = process.argv.slice(2);

/** Numbers in [0, 1) that are the same in every run. */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Noisy pictures [count, 16, 16, 1] as floats with their classes, in the form that fit, evaluate and predict accept. */
function stripes(count, seed) {
  const random = noise(seed);
  const images = new Float32Array(count * SIZE * SIZE);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    labels[n] = n % classNames.length;
    const period = 3 + Math.floor(4 * random());
    const shift = Math.floor(period * random());
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const along = [y, x, x + y][labels[n]];
        const stripe = (along + shift) % period < period / 2 ? 1 : 0;
        images[(n * SIZE + y) * SIZE + x] = 0.4 * stripe + 0.6 * random();
      }
    }
  }
  return { images, labels, count, shape: [SIZE, SIZE, 1] };
}

const train = stripes(1200, 1);
const test = stripes(300, 2);

const model = new Sequential(
  [
    new Input([SIZE, SIZE, 1]),
    new Conv2D(8, 3, { activation: "relu", padding: "same" }),
    new MaxPooling2D(2),
    new Dropout(0.25),
    new Flatten(),
    new Dense(classNames.length, { activation: "softmax" }),
  ],
  { name: "stripes", seed: 1 },
);
console.log(model.summary());

model.compile({ optimizer: new Adam({ learningRate: new OneCycle(1e-2) }) });
await model.fit(train, {
  epochs: Number(epochs),
  batchSize: 32,
  validationData: test,
  callbacks: [
    {
      onEpochEnd: ({ epoch, loss, valAccuracy }) =>
        console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  validation accuracy ${valAccuracy.toFixed(4)}`),
    },
  ],
});

// The probabilities of one picture.
const probabilities = await model.predict({
  ...test,
  images: test.images.subarray(0, SIZE * SIZE),
  count: 1,
});
classNames.forEach((name, index) => {
  console.log(`${name.padEnd(10)} ${probabilities[index].toFixed(4)}`);
});
console.log(`weights ${await model.weightsSha256()}`);
if (folder) await model.save(folder);
