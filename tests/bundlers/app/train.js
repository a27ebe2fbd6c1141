// A small training, the same text in Node and in every bundle.
import { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Rescaling, Sequential } from "@heddle/core";
import { generateFashionSketch } from "@heddle/core/data";

/** @param {import("@heddle/core").EngineOptions} [engine] */
export async function train(engine = {}) {
  const { train: data } = generateFashionSketch({ train: 200, test: 10, seed: 7 });
  const model = new Sequential(
    [
      new Input([28, 28, 1]),
      new Rescaling(1 / 255),
      new Conv2D(8, 3, { activation: "relu" }),
      new MaxPooling2D(2),
      new Flatten(),
      new Dropout(0.3),
      new Dense(10, { activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile(engine);
  try {
    await model.fit(data, { epochs: 2, batchSize: 32 });
    return { sha256: await model.weightsSha256(), threads: (await model.engine()).threads };
  } finally {
    model.dispose();
  }
}
