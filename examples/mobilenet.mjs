// Depthwise separable convolutions, as in MobileNet: a fraction of the multiply-adds of a plain network.
//
//     node examples/mobilenet.mjs [EPOCHS] [DATASET] [IMAGES]
import {
  Activation,
  AdamW,
  BatchNormalization,
  Conv2D,
  CosineDecay,
  Dense,
  DepthwiseConv2D,
  Dropout,
  GlobalAveragePooling2D,
  Input,
  Rescaling,
  Sequential,
} from "heddle";
import { data, report } from "./shared.mjs";

const { dataset, train, epochs, folder } = await data({ epochs: 8 });
const batchSize = 64;

const plain = { padding: "same", useBias: false };
/** A depthwise convolution, then one that mixes the channels, each normalized. */
const separable = (filters, strides = 1) => [
  new DepthwiseConv2D(3, { ...plain, strides }),
  new BatchNormalization(),
  new Activation("relu"),
  new Conv2D(filters, 1, plain),
  new BatchNormalization(),
  new Activation("relu"),
];

const model = new Sequential(
  [
    new Input(dataset.train.shape),
    new Rescaling(1 / 255),
    new Conv2D(16, 3, plain),
    new BatchNormalization(),
    new Activation("relu"),
    ...separable(32),
    ...separable(64, 2),
    ...separable(64),
    ...separable(128, 2),
    new GlobalAveragePooling2D(),
    new Dropout(0.2),
    new Dense(dataset.classNames.length, { activation: "softmax" }),
  ],
  { name: "mobilenet", seed: 1 },
);
console.log(model.summary());
const decaySteps = epochs * Math.ceil(train.count / batchSize);
model.compile({
  optimizer: new AdamW({
    learningRate: new CosineDecay({ initialLearningRate: 3e-3, decaySteps }),
    weightDecay: 1e-2,
  }),
});
await model.fit(train, { epochs, batchSize, verbose: 2 });
await report(model, dataset, folder);
