// Trains a small network on Fashion-MNIST and prints how good it is.
//
//     node examples/fashion-mnist.mjs [fashion-mnist | fashion-sketch | FOLDER]
import { Dense, Flatten, Input, Rescaling, Sequential } from "heddle";
import { loadDataset } from "heddle/node";

const { dataset } = await loadDataset(process.argv[2] ?? "fashion-mnist");
const layers = [new Rescaling(1 / 255), new Flatten(), new Dense(10, { activation: "softmax" })];
const model = new Sequential([new Input([28, 28, 1]), ...layers]);
await model.fit(dataset.train, { epochs: 1 });
console.log(dataset.title, await model.evaluate(dataset.test));
