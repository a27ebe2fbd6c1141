// A small residual network with batch normalization, on images that are shifted and mirrored in training.
//
//     node examples/resnet.mjs [EPOCHS] [DATASET] [IMAGES] [FOLDER]
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  input,
  MaxPooling2D,
  Model,
  OneCycle,
  RandomFlip,
  RandomTranslation,
  Rescaling,
  SGD,
  SparseCategoricalCrossentropy,
} from "heddle";
import { data, report } from "./shared.mjs";

const { dataset, train, epochs, folder } = await data({ epochs: 16 });

/** A convolution without bias, then batch normalization. */
const normalized = (x, filters, size) =>
  new BatchNormalization().apply(
    new Conv2D(filters, size, { padding: "same", useBias: false, kernelInitializer: "heNormal" }).apply(x),
  );
const relu = (x) => new Activation("relu").apply(x);

/** Two convolutions and a shortcut around them: a 1×1 convolution where the number of channels changes. */
function block(x, filters) {
  const shortcut = x.shape.at(-1) === filters ? x : normalized(x, filters, 1);
  const inner = normalized(relu(normalized(x, filters, 3)), filters, 3);
  return relu(new Add().apply([inner, shortcut]));
}

const x = input(dataset.train.shape);
let y = new Rescaling(1 / 255).apply(x);
y = new RandomFlip("horizontal").apply(y);
// By one pixel at most, because the pictures are centred.
y = new RandomTranslation(0.04, 0.04, { fillMode: "constant", interpolation: "nearest" }).apply(y);
y = relu(normalized(y, 32, 3));
y = block(y, 32);
y = block(new MaxPooling2D(2).apply(y), 64);
y = block(new MaxPooling2D(2).apply(y), 128);
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
