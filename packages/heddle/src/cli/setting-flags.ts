import { optimizerNames, type Settings, scheduleNames } from "@heddle/core/internal/recipes/settings.js";

/** How a setting looks on the command line. */
interface SettingFlag {
  /** The heading of its option in the help; none where a command adds the option itself. */
  readonly group?: "Data" | "Regularization" | "Optimizer" | "Schedule" | "Training";
  /** As commander reads them: `--lr, --learning-rate <x>`. */
  readonly flags: string;
  readonly help: string;
}

/** One line per setting, in the order of the help. The type checker sees to it that none is missing. */
export const settingFlags: { readonly [Name in keyof Settings]: SettingFlag } = {
  model: { flags: "--model", help: "study, or a model in Keras's JSON" },
  data: { flags: "--data", help: "a dataset's name or folder" },
  from: {
    group: "Training",
    flags: "--from <run>",
    help: "fine-tune a trained model (a run, or a model's folder or file) on other classes: with a new last layer, which is trained alone at first",
  },
  frozenEpochs: {
    group: "Training",
    flags: "--frozen-epochs <n>",
    help: "of --from: epochs in which only the new layer is trained; half of them by default",
  },
  missing: { flags: "--missing <rule>", help: "rows with missing values: dropped and reported by default" },
  size: { flags: "--size <HxW>", help: "scale the pictures of a folder, such as 28x28" },
  bitDepth: {
    flags: "--bit-depth <n>",
    help: "how many bits of 16-bit pictures count, such as 12; as many as their largest value needs by default",
  },
  shape: { flags: "--shape <HxWxC>", help: "shape of the images in a CSV; square by default" },
  transpose: {
    flags: "--transpose",
    help: "exchange rows and columns, as EMNIST's files need; by their names by default (--no-transpose)",
  },
  channels: {
    flags: "--channels <n>",
    help: "1 for grey images, 3 for colours, 2 or 4 with opacity; the fewest that hold all images by default",
  },
  range: {
    flags: "--range <low..high>",
    help: "what the pixel values span, such as 0..1 or 0..4095; it is brought to 0..255",
  },
  labelColumn: {
    flags: "--label-column <column>",
    help: "the labels of a CSV: a name, a position from 1, or last; found by default",
  },
  dropColumns: {
    flags: "--drop-columns <columns>",
    help: "columns of a CSV to ignore, such as names,id",
  },
  labels: {
    flags: "--labels <rule>",
    help: "read every label of a CSV as the name of a class, or drop those that are not numbers",
  },
  classOrder: {
    flags: "--class-order <order>",
    help: "order classes as text (1, 10, 2) or by number; by number if all are numbers by default",
  },
  limit: {
    group: "Data",
    flags: "--limit <n>",
    help: "use n training images: the first ones, or a share of each class if those lack a class",
  },
  validationSplit: {
    group: "Data",
    flags: "--validation-split <x>",
    help: "share of the training images to hold out, the same of each class; each epoch is validated on them, and the test set is measured once, at the end",
  },
  folds: {
    group: "Data",
    flags: "--folds <n>",
    help: "cross-validation: train n more models, each without a part of the training images, which judges it; 5 for fewer than 1,000 images if no length is set, 0 for none",
  },
  classWeights: {
    group: "Data",
    flags: "--class-weights <balanced>",
    help: "weight images of rare classes more, so that all classes count the same",
  },
  augment: {
    group: "Data",
    flags: "--augment <changes>",
    help: "change training images at random: translation, flip, rotation, zoom, contrast, erasing, such as flip,rotation=0.05; or none",
  },
  dropout: {
    group: "Regularization",
    flags: "--dropout <x>",
    help: "rate of every dropout layer of the model",
  },
  l1: {
    group: "Regularization",
    flags: "--l1 <x>",
    help: "penalty x·Σ|w| on the kernels of all convolutions; of the dense layers in a model without convolutions",
  },
  l2: { group: "Regularization", flags: "--l2 <x>", help: "penalty x·Σw² on the same kernels" },
  labelSmoothing: {
    group: "Regularization",
    flags: "--label-smoothing <x>",
    help: "share of each target spread over all classes",
  },
  optimizer: { group: "Optimizer", flags: "--optimizer <name>", help: optimizerNames.join(", ") },
  learningRate: {
    group: "Optimizer",
    flags: "--lr, --learning-rate <x>",
    help: "the highest learning rate of the schedule (default: by optimizer, 0.003 for adam)",
  },
  momentum: { group: "Optimizer", flags: "--momentum <x>", help: "of sgd, rmsprop or muon" },
  weightDecay: {
    group: "Optimizer",
    flags: "--weight-decay <x>",
    help: "decoupled: each step shrinks weights by x times its learning rate",
  },
  clipNorm: {
    group: "Optimizer",
    flags: "--clip-norm <x>",
    help: "scale all gradients together down to this norm",
  },
  ema: {
    group: "Optimizer",
    flags: "--ema <x>",
    help: "end with a running average of the weights that keeps the share x in each step, such as 0.999",
  },
  schedule: { group: "Schedule", flags: "--schedule <name>", help: scheduleNames.join(", ") },
  warmup: { group: "Schedule", flags: "--warmup <x>", help: "share of the steps in which the rate rises" },
  lrEnd: {
    group: "Schedule",
    flags: "--lr-end <x>",
    help: "the last learning rate, as a share of the highest",
  },
  power: { group: "Schedule", flags: "--power <x>", help: "of the polynomial schedule" },
  epochs: {
    group: "Training",
    flags: "--epochs <n>",
    help: "passes over the training images; more where they are few",
  },
  batchSize: {
    group: "Training",
    flags: "--batch-size <n>",
    help: "images per step; fewer where images are few",
  },
  earlyStopping: {
    group: "Training",
    flags: "--early-stopping <n>",
    help: "stop after n epochs without a lower validation loss, and keep the best epoch's weights",
  },
  seed: { group: "Training", flags: "--seed <n>", help: "decides weights, order, dropout and augmentation" },
  fast: { flags: "--fast", help: "fused multiply-add kernels" },
  stream: { flags: "--stream", help: "leave images on disk and read them as they are needed" },
};

/** `--lr-end`, of `--lr, --learning-rate <x>` the last. */
export function flagOf(name: keyof Settings): string {
  return settingFlags[name].flags.match(/--[a-z0-9-]+(?=( <.*)?$)/)![0];
}
