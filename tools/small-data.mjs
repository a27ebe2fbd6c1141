// What augmentation and fine-tuning gain on few images of Fashion-MNIST: the tables of docs/training.md.
//
//   node tools/small-data.mjs augment
//   node tools/small-data.mjs augment --images 500 --change none --change erasing
//   node tools/small-data.mjs fine-tune --seeds 4
//   node tools/small-data.mjs fine-tune --seeds 2 --network deep --known 15789 --base-images 15000 --base-epochs 4
import { parseArgs } from "node:util";
import { Random, shuffle } from "@heddle/core/internal/base/random.js";
import { imagesAt } from "@heddle/core/internal/data/dataset.js";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { parseAugmentation } from "@heddle/core/internal/recipes/augmentation.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { trainingLength } from "@heddle/core/internal/recipes/training-length.js";
import { loadDataset } from "heddle/node";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "6" },
    "base-images": { type: "string", default: "30000" },
    "base-epochs": { type: "string", default: "6" },
    network: { type: "string", multiple: true, default: ["study", "pooled"] },
    known: { type: "string", multiple: true, default: ["56789", "15789", "02468"] },
    images: { type: "string", multiple: true, default: ["200", "500"] },
    change: { type: "string", multiple: true },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => 1 + index);
const { dataset } = await loadDataset("fashion-mnist");

/** Some images of each of some classes, drawn by a seed, with labels that count these classes. */
function drawn(set, classes, perClass, seed) {
  const order = new Int32Array(set.count);
  shuffle(order, new Random(seed, "selection"));
  const counts = new Map(classes.map((label) => [label, 0]));
  const places = [...order].filter((place) => {
    const count = counts.get(set.labels[place]);
    if (count === undefined || count === perClass) return false;
    counts.set(set.labels[place], count + 1);
    return true;
  });
  const images = imagesAt(set, places);
  return { ...images, labels: Uint8Array.from(images.labels, (label) => classes.indexOf(label)) };
}

function part(classes, perClass, seed) {
  const classNames = classes.map((label) => dataset.classNames[label]);
  const train = drawn(dataset.train, classes, perClass, seed);
  return datasetInMemory({ ...dataset, classNames, train, test: drawn(dataset.test, classes, 500, 1) });
}

/** Trains on data with settings; the default length unless they say otherwise. */
async function trained(data, settings, base) {
  const resolved = resolveSettings(settings, {});
  const length = trainingLength(data.train.count, settings, resolved);
  const training = trainingOf({ ...resolved, ...length }, data, base && { base });
  await fitTraining(training, prepareTraining(training), { callbacks: () => [] });
  const { accuracy } = await training.model.evaluate(data.test.inMemory);
  training.model.dispose();
  return { model: training.model, accuracy };
}

/** `+1.6 ± 0.3`: the mean of differences in points, and its standard error. */
function difference(those, these) {
  const points = those.map((accuracy, index) => 100 * (accuracy - these[index]));
  const mean = points.reduce((sum, value) => sum + value, 0) / points.length;
  const squares = points.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (points.length - 1) / points.length);
  return `${mean.toFixed(1)} ± ${error.toFixed(1)}`;
}

const percent = (all) => `${((100 * all.reduce((sum, one) => sum + one, 0)) / all.length).toFixed(1)}%`;

async function measureAugmentation() {
  const all = dataset.classNames.map((_, label) => label);
  const changes = values.change ?? [
    ...["none", "translation=0.025", "translation=0.025,erasing", "translation=0.025,zoom=0.05", "erasing"],
    ...["zoom", "translation=0.025,flip", "contrast", "translation", "rotation", "flip"],
  ];
  for (const images of values.images.map(Number)) {
    const results = new Map();
    for (const change of changes) {
      const accuracies = [];
      for (const seed of seeds) {
        const settings = { augment: parseAugmentation(change), seed };
        accuracies.push((await trained(part(all, images / all.length, seed), settings)).accuracy);
      }
      results.set(change, accuracies);
      const gain = results.has("none") ? difference(accuracies, results.get("none")) : "";
      console.log(images, change, percent(accuracies), gain, accuracies.join(" "));
    }
  }
}

/** A network that averages its features over the image, so that few weights depend on the classes. */
const pooled = {
  class_name: "Sequential",
  config: {
    name: "pooled",
    layers: [
      ["InputLayer", { batch_shape: [null, 28, 28, 1] }],
      ["Rescaling", { scale: 1 / 255 }],
      ["Conv2D", { filters: 32, kernel_size: [3, 3], activation: "relu", padding: "same" }],
      ["MaxPooling2D", { pool_size: [2, 2] }],
      ["Conv2D", { filters: 48, kernel_size: [3, 3], activation: "relu", padding: "same" }],
      ["MaxPooling2D", { pool_size: [2, 2] }],
      ["Conv2D", { filters: 64, kernel_size: [3, 3], activation: "relu", padding: "same" }],
      ["GlobalAveragePooling2D", {}],
      ["Dense", { units: 5, activation: "softmax" }],
    ].map(([class_name, config]) => ({ class_name, config })),
  },
};

/** A deeper one, with batch normalization after each convolution. */
const deep = {
  class_name: "Sequential",
  config: {
    name: "deep",
    layers: [
      ["InputLayer", { batch_shape: [null, 28, 28, 1] }],
      ["Rescaling", { scale: 1 / 255 }],
      ...convolutions(32, 32),
      ["MaxPooling2D", { pool_size: [2, 2] }],
      ...convolutions(48, 48),
      ["MaxPooling2D", { pool_size: [2, 2] }],
      ...convolutions(64, 64),
      ["GlobalAveragePooling2D", {}],
      ["Dense", { units: 5, activation: "softmax" }],
    ].map(([class_name, config]) => ({ class_name, config })),
  },
};

function convolutions(...counts) {
  return counts.flatMap((filters) => [
    ["Conv2D", { filters, kernel_size: [3, 3], padding: "same", use_bias: false }],
    ["BatchNormalization", {}],
    ["ReLU", {}],
  ]);
}

async function measureFineTuning() {
  const networks = Object.entries({ study: "study", pooled, deep });
  for (const [name, model] of networks.filter(([one]) => values.network.includes(one))) {
    for (const known of values.known.map((labels) => [...labels].map(Number))) {
      const others = dataset.classNames.map((_, label) => label).filter((label) => !known.includes(label));
      const base = await trained(part(known, Number(values["base-images"]) / 5, 99), {
        model,
        epochs: Number(values["base-epochs"]),
        batchSize: 64,
      });
      for (const epochs of [undefined, 4]) {
        const [scratch, tuned] = [[], []];
        for (const seed of seeds) {
          const few = part(others, 20, seed);
          scratch.push((await trained(few, { model, epochs, seed })).accuracy);
          const from = { model: base.model, range: [0, 255] };
          tuned.push((await trained(few, { from: "base", epochs, seed }, from)).accuracy);
        }
        const gain = difference(tuned, scratch);
        console.log(name, known.join(""), epochs ?? "default", percent(scratch), percent(tuned), gain);
      }
    }
  }
}

const measures = { augment: measureAugmentation, "fine-tune": measureFineTuning };
await measures[positionals[0] ?? "augment"]();
