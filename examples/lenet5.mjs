// LeNet-5 as it was in 1998, except for the softmax: LeCun et al., "Gradient-Based Learning Applied to Document
// Recognition".
//
//     node examples/lenet5.mjs [EPOCHS] [DATASET] [IMAGES]
import { AveragePooling2D, Conv2D, Dense, Flatten, Input, Rescaling, Sequential } from "heddle";
import { data, report } from "./shared.mjs";

const { dataset, train, epochs, folder } = await data({ epochs: 5 });
const tanh = { activation: "tanh" };

const model = new Sequential(
  [
    new Input(dataset.train.shape),
    new Rescaling(1 / 127.5, { offset: -1 }),
    new Conv2D(6, 5, { ...tanh, padding: "same" }),
    new AveragePooling2D(2),
    new Conv2D(16, 5, tanh),
    new AveragePooling2D(2),
    new Flatten(),
    new Dense(120, tanh),
    new Dense(84, tanh),
    new Dense(dataset.classNames.length, { activation: "softmax" }),
  ],
  { name: "lenet5", seed: 1 },
);
console.log(model.summary());
await model.fit(train, { epochs, batchSize: 64, verbose: 2 });
await report(model, dataset, folder);
