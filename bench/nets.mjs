// The six nets whose training and prediction are compared: as bench/peers/keras/nets.py and bench/peers/pytorch/nets.py
// build them, without augmentation, all on Adam.
import * as heddle from "../packages/core/dist/index.js";
import { pixels } from "./workload.mjs";

const { Add, Activation, AveragePooling2D, BatchNormalization, Conv2D, Dense, DepthwiseConv2D, Dropout } =
  heddle;
const { Flatten, GlobalAveragePooling2D, input, MaxPooling2D, Model, Rescaling } = heddle;

/** Name → the images of a pass, their shape, and the layers after `Rescaling`. */
export const nets = {
  "study-cnn": { images: 12_800, shape: [28, 28, 1], layers: study },
  mlp: { images: 12_800, shape: [28, 28, 1], layers: mlp },
  lenet5: { images: 12_800, shape: [28, 28, 1], layers: lenet5 },
  mobilenet: { images: 3_200, shape: [28, 28, 1], layers: mobilenet },
  resnet: { images: 1_600, shape: [28, 28, 1], layers: resnet },
  vgg: { images: 1_600, shape: [32, 32, 3], layers: vgg },
};

/** A net of the table, not compiled. */
export function netNamed(name) {
  const { shape, layers } = nets[name];
  const inputs = input(shape);
  const last = layers(new Rescaling(1 / 255).apply(inputs));
  const outputs = new Dense(10, { activation: "softmax" }).apply(last);
  return new Model({ inputs, outputs }, { name: name.replace("-", "_"), seed: 1 });
}

/** Its images: the first of Fashion-MNIST, in a border of two pixels and three equal channels for 32×32×3. */
export function imagesFor(name) {
  const { images: count, shape } = nets[name];
  const { images, labels } = pixels();
  return {
    images: shape[2] === 3 ? inColour(images, count) : images.subarray(0, count * 784),
    labels: labels.subarray(0, count),
    count,
    shape,
  };
}

function inColour(images, count) {
  const coloured = new Uint8Array(count * 32 * 32 * 3);
  for (let pixel = 0; pixel < count * 784; pixel++) {
    const [image, row, column] = [Math.floor(pixel / 784), Math.floor(pixel / 28) % 28, pixel % 28];
    const at = 3 * ((image * 32 + row + 2) * 32 + column + 2);
    coloured.fill(images[pixel], at, at + 3);
  }
  return coloured;
}

const through = (x, layers) => layers.reduce((value, layer) => layer.apply(value), x);

function study(x) {
  return through(x, [
    new Conv2D(16, 3, { activation: "relu" }),
    new Conv2D(32, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Dropout(0.4),
    new Flatten(),
  ]);
}

function mlp(x) {
  return through(x, [
    new Flatten(),
    new Dense(512, { activation: "relu" }),
    new Dense(128, { activation: "relu" }),
  ]);
}

function lenet5(x) {
  return through(x, [
    new Conv2D(6, 5, { padding: "same", activation: "tanh" }),
    new AveragePooling2D(2),
    new Conv2D(16, 5, { activation: "tanh" }),
    new AveragePooling2D(2),
    new Flatten(),
    new Dense(120, { activation: "tanh" }),
    new Dense(84, { activation: "tanh" }),
  ]);
}

const plain = { padding: "same", useBias: false };
const normalized = (layer) => [layer, new BatchNormalization(), new Activation("relu")];

function mobilenet(x) {
  const separable = (filters, strides = 1) => [
    ...normalized(new DepthwiseConv2D(3, { ...plain, strides })),
    ...normalized(new Conv2D(filters, 1, plain)),
  ];
  return through(x, [
    ...normalized(new Conv2D(16, 3, plain)),
    ...separable(32),
    ...separable(64, 2),
    ...separable(64),
    ...separable(128, 2),
    new GlobalAveragePooling2D(),
    new Dropout(0.2),
  ]);
}

function resnet(x) {
  const conv = (y, filters, size) => through(y, [new Conv2D(filters, size, plain), new BatchNormalization()]);
  const relu = (y) => new Activation("relu").apply(y);
  const block = (y, filters) => {
    const shortcut = y.shape.at(-1) === filters ? y : conv(y, filters, 1);
    return relu(new Add().apply([conv(relu(conv(y, filters, 3)), filters, 3), shortcut]));
  };
  let y = relu(conv(x, 32, 3));
  y = block(y, 32);
  y = block(new MaxPooling2D(2).apply(y), 64);
  y = block(new MaxPooling2D(2).apply(y), 128);
  return new GlobalAveragePooling2D().apply(y);
}

function vgg(x) {
  const conv = (filters) => new Conv2D(filters, 3, { padding: "same", activation: "relu" });
  return through(x, [
    conv(32),
    conv(32),
    new MaxPooling2D(2),
    conv(64),
    conv(64),
    new MaxPooling2D(2),
    conv(128),
    conv(128),
    new MaxPooling2D(2),
    conv(128),
    new Flatten(),
    new Dropout(0.5),
  ]);
}
