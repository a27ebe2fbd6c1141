// A small residual network with batch normalization, on images that are moved and mirrored while it trains.
//
//     node examples/resnet.mjs [EPOCHS] [DATASET] [IMAGES]
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  input,
  Model,
  OneCycle,
  RandomFlip,
  RandomTranslation,
  Rescaling,
  SGD,
  SparseCategoricalCrossentropy,
} from "heddle";
import { data, report } from "./shared.mjs";

const { dataset, train, epochs, folder } = await data({ epochs: 12 });

/** Convolution without bias, batch normalization. */
const normalized = (x, filters, strides = 1, size = 3) =>
  new BatchNormalization().apply(
    new Conv2D(filters, size, {
      strides,
      padding: "same",
      useBias: false,
      kernelInitializer: "heNormal",
    }).apply(x),
  );
const relu = (x) => new Activation("relu").apply(x);

/** Two convolutions beside a shortcut, which changes size and channels where they do. */
function block(x, filters, strides) {
  const changes = strides > 1 || x.shape.at(-1) !== filters;
  const shortcut = changes ? normalized(x, filters, strides, 1) : x;
  const inner = normalized(relu(normalized(x, filters, strides)), filters);
  return relu(new Add().apply([inner, shortcut]));
}

const x = input(dataset.train.shape);
let y = new Rescaling(1 / 255).apply(x);
y = new RandomFlip("horizontal").apply(y);
y = new RandomTranslation(0.08, 0.08, { fillMode: "constant", interpolation: "nearest" }).apply(y);
y = relu(normalized(y, 32));
for (const [filters, strides] of [
  [32, 1],
  [64, 2],
  [128, 2],
]) {
  y = block(y, filters, strides);
}
y = new GlobalAveragePooling2D().apply(y);
y = new Dense(dataset.classNames.length, { activation: "softmax" }).apply(y);

const model = new Model({ inputs: x, outputs: y }, { name: "resnet", seed: 1 });
console.log(model.summary());
model.compile({
  optimizer: new SGD({ learningRate: new OneCycle(0.1), momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  loss: new SparseCategoricalCrossentropy({ labelSmoothing: 0.1 }),
});
await model.fit(train, { epochs, batchSize: 128, verbose: 2 });
await report(model, dataset, folder);
