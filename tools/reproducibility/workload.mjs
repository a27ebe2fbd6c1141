// The training whose weights are compared everywhere: the same text runs in Node and in a page. It is written out
// here, and not taken from the study's recipe, so that a better recipe does not move the hashes.
import { generateFashionSketch } from "../../packages/core/dist/data/index.js";
import {
  Adam,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  OneCycle,
  Rescaling,
  Sequential,
  SparseCategoricalCrossentropy,
} from "../../packages/core/dist/index.js";

/** What it is, for the page that shows the hashes. */
export const WORKLOAD =
  "The study's CNN (50,890 parameters, dropout 0.4), seed 1, on 600 images of fashion-sketch (seed 7); Adam with a " +
  "one-cycle schedule, label smoothing 0.1, two epochs in batches of 64, the last of each epoch a smaller one.";

/**
 * Trains, and returns the result.
 *
 * @param {{ threads?: number, fast?: boolean }} [engine]
 * @param {import("../../packages/core/dist/index.js").FitOptions} [more] such as callbacks
 */
export async function train(engine = {}, more = {}) {
  const data = generateFashionSketch({ train: 600, test: 100, seed: 7 });
  const layers = [
    new Input([28, 28, 1]),
    new Rescaling(1 / 255),
    new Conv2D(16, 3, { activation: "relu" }),
    new Conv2D(32, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Dropout(0.4),
    new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ];
  const model = new Sequential(layers, { seed: 1 });
  model.compile({
    ...engine,
    optimizer: new Adam({ learningRate: new OneCycle(3e-3) }),
    loss: new SparseCategoricalCrossentropy({ labelSmoothing: 0.1 }),
  });
  try {
    const options = { epochs: 2, batchSize: 64, validationData: data.test, ...more };
    const { epochs } = await model.fit(data.train, options);
    const { loss, valLoss } = epochs.at(-1);
    return { sha256: await model.weightsSha256(), loss, valLoss, ...(await model.engine()) };
  } finally {
    model.dispose();
  }
}
