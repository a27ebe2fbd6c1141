// How close Heddle comes to what ask-keras.py wrote into a folder.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel, SGD } from "../../packages/core/dist/index.js";

/**
 * @param folder of ask-keras.py
 * @returns {{ missing?: string, parameters: number, predictions?: number, losses?: number, own?: number, rate?: number,
 *   json?: object }} the largest
 *   differences: of predictions divided by the largest of them, of a step's loss divided by it, of Keras's own losses in 32
 *   and 64 bits
 */
export async function compare(folder) {
  const read = (name) => readFileSync(join(folder, name));
  const floats = (name) => new Float32Array(new Uint8Array(read(name)).buffer);
  const about = JSON.parse(read("about.json"));
  const { input: shape, parameters, batch, steps } = about;
  const weights = new Uint8Array(read("weights.safetensors"));
  const load = (config) => loadModel({ config: read(config).toString(), weights }, { inputShape: shape });
  let model;
  try {
    model = await load("config.json");
  } catch (thrown) {
    if (thrown.name !== "HeddleError") throw thrown;
    return {
      parameters,
      missing: /with (.*), which Heddle does not read/s.exec(thrown.message)?.[1] ?? thrown.message,
    };
  }
  const images = floats("images.f32");
  const size = images.length / (batch * steps);
  const own = await model.predict({ images: images.subarray(0, batch * size), count: batch, shape });
  const json = model.toJson();
  model.dispose();
  const predictions = largestDifference(own, floats("predictions.f32"));

  const twin = await load("training.json");
  const isSparse = about.loss.startsWith("sparse");
  const { rate, clipnorm } = about;
  twin.compile({
    optimizer: new SGD({ learningRate: rate, ...(clipnorm && { clipnorm }) }),
    loss: about.loss,
  });
  const answers = isSparse ? { labels: new Uint8Array(read("answers")) } : { targets: floats("answers") };
  const { epochs } = await twin.fit(
    { images, count: batch * steps, shape, ...answers },
    { batchSize: batch, epochs: steps, stepsPerEpoch: 1, shuffle: false },
  );
  twin.dispose();
  const apart = (losses) => Math.max(...losses.map((loss, step) => Math.abs(loss / about.losses[step] - 1)));
  const losses = apart(epochs.map(({ loss }) => loss));
  return { parameters, predictions, losses, own: apart(about.exact), rate, json };
}

function largestDifference(actual, expected) {
  if (actual.length !== expected.length) throw new Error(`${actual.length} outputs, not ${expected.length}`);
  let [difference, largest] = [0, 0];
  actual.forEach((value, i) => {
    // A NaN is the largest difference of all.
    const away = Math.abs(value - expected[i]);
    difference = away <= difference ? difference : away;
    largest = Math.max(largest, Math.abs(expected[i]));
  });
  return difference / largest;
}
