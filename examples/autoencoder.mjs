// Compresses pictures of clothes to 16 numbers and reconstructs them from those.
//
//     node examples/autoencoder.mjs [EPOCHS] [DATASET] [IMAGES]
import { Conv2D, Dense, Flatten, Input, MaxPooling2D, Reshape, Sequential, UpSampling2D } from "heddle";
import { data } from "./shared.mjs";

const { dataset, train, epochs } = await data({ epochs: 5 });
const relu = { activation: "relu", padding: "same" };

/** The pictures as both input and target, 0..1. */
function asTargets(set) {
  const images = Float32Array.from(set.images, (value) => value / 255);
  return { ...set, images, targets: images };
}

const [height, width, channels] = dataset.train.shape;
const model = new Sequential(
  [
    new Input(dataset.train.shape),
    new Conv2D(16, 3, relu),
    new MaxPooling2D(2),
    new Conv2D(8, 3, relu),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(16, { name: "code" }),
    new Dense((height / 4) * (width / 4) * 8, { activation: "relu" }),
    new Reshape([height / 4, width / 4, 8]),
    new UpSampling2D(2),
    new Conv2D(16, 3, relu),
    new UpSampling2D(2),
    new Conv2D(channels, 3, { padding: "same", activation: "sigmoid" }),
  ],
  { name: "autoencoder", seed: 1 },
);
console.log(model.summary());
model.compile({ loss: "binaryCrossentropy", metrics: ["mae"] });
const test = asTargets(dataset.test);
await model.fit(asTargets(train), { epochs, batchSize: 64, verbose: 2 });
const { loss, metrics } = await model.evaluate(test);
console.log(`${dataset.title}: test loss ${loss.toFixed(4)}`, metrics);
model.dispose();
