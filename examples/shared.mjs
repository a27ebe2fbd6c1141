// What the networks in this folder share: their arguments, their data, and what they print at the end.
import { firstImages } from "heddle/data";
import { loadDataset } from "heddle/node";

/**
 * Reads `[EPOCHS] [DATASET] [IMAGES] [FOLDER]`: passes over the data, its name, how many images of each split to keep,
 * and where to save the model.
 */
export async function data({ epochs }) {
  const [epochCount, name = "fashion-mnist", images, folder] = process.argv.slice(2);
  const { dataset: whole } = await loadDataset(name);
  const first = (set) => (images === undefined ? set : firstImages(set, Number(images)));
  const dataset = { ...whole, train: first(whole.train), test: first(whole.test) };
  return {
    dataset,
    train: dataset.train,
    epochs: epochCount === undefined ? epochs : Number(epochCount),
    folder,
  };
}

/** Measures a classifier on the test images, prints the result, and saves the model if a folder was named. */
export async function report(model, dataset, folder) {
  const { accuracy, loss } = await model.evaluate(dataset.test);
  console.log(`${dataset.title}: test accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)}`);
  console.log(`weights ${await model.weightsSha256()}`);
  if (folder) await model.save(folder);
  model.dispose();
}
