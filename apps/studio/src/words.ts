// Every text of the page, so that a translation is this one file.
import type { Accuracy } from "@heddle/core";
import { counted, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { PairCounts } from "@heddle/core/internal/examine/findings.js";
import type { UnitActivation, UnitNumbers } from "@heddle/core/internal/explain/unit-numbers.js";
import type { Duplicates, Evaluated, FirstLayer, Glance, Suspects } from "./worker/protocol";

/** What a layer does, in a sentence. */
const layerWords: Readonly<Record<string, string>> = {
  Rescaling: "The picture as numbers from 0 to 1.",
  Conv2D: "Each small picture is what one filter found: light where its pattern is.",
  MaxPooling2D: "The largest of each square of values: smaller, and what was found is kept.",
  AveragePooling2D: "The mean of each square of values.",
  BatchNormalization: "Each channel, brought to the same range.",
  Dense: "All values weighed against each other: one number for each class.",
};

/** `about 40 s`, `about 3 min`. */
function roughly(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${5 * Math.round(seconds / 5)} s`;
  return `${Math.round(seconds / 60)} min`;
}

const points = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;

/** What is listed of a unit, by how it is made. */
const listsOfUnit: Readonly<Record<UnitNumbers["how"], string>> = {
  sum: "The largest products",
  product: "The inputs",
  largest: "The largest inputs",
  smallest: "The smallest inputs",
  copy: "The input",
};

export const words = {
  title: "Heddle studio",
  screens: {
    data: "Data",
    build: "Build",
    train: "Train",
    evaluate: "Evaluate",
    explain: "Explain",
    runs: "Runs",
  },
  shape: (shape: readonly number[]) => shape.join(" × "),
  skip: "Skip to the content",
  navigation: "Screens",
  titleOf: ({ title, source }: { readonly title: string; readonly source: { readonly kind: string } }) =>
    source.kind === "generated" ? "clothes drawn by code" : title,
  percent: (share: number, digits = 1) => formatPercent(share, digits),
  number: groupDigits,

  data: {
    heading: "Data",
    counts: (train: number, test: number, classes: number) =>
      `${counted(train, "image")} to train on, ${groupDigits(test)} to test on, ${counted(classes, "class").replace("classs", "classes")}.`,
    generated:
      "These clothes are drawn by code, so that everything works without a download. Results on them say nothing about real photos.",
    first: (count: number) => `The first ${counted(count, "training image")}`,
    drawing: "The images are being drawn.",
    reading: "The images are being read.",
    choose: "Dataset",
    drawnClothes: "Clothes drawn by code",
    split: "Images",
    splits: { train: "Training", test: "Test" },
    ofClass: "Class",
    allClasses: "All classes",
    classes: "How many images each class has",
    className: "Class",
    shown: (shown: number, all: number) => `${groupDigits(shown)} of ${counted(all, "image")}`,
    more: "Show more",
    own: "Your pictures",
    drop: "Use your own pictures: drop a folder with a folder for each class, a zip of it, a CSV, an npz or MNIST’s files anywhere on this screen. They stay on this machine.",
    chooseFolder: "Choose a folder",
    chooseFiles: "Choose files",
    readingPictures: (done: number, total: number) =>
      `${groupDigits(done)} of ${counted(total, "picture")} read`,
    views: "What is shown",
    viewNames: {
      all: "All images",
      duplicates: "Near duplicates",
      suspects: "Suspected labels",
      changed: "Changed",
    },
    notes: "How the data was read",
    leftOut: (count: number, what: string, reason: string, examples: string) =>
      `${counted(count, what)} left out: ${reason} (${examples})`,
    untested: (names: readonly string[]) =>
      `No test image shows ${names.join(", ")}: a class needs two images for one to be held out. How well ${names.length === 1 ? "it is" : "they are"} named is not measured.`,
    untrained: (names: readonly string[]) =>
      `No training image shows ${names.join(", ")}: the model cannot learn ${names.length === 1 ? "it" : "them"}.`,
    locked: "The data can be changed when the training has ended.",
  },

  build: {
    heading: "Build",
    lead: "The network, layer by layer. A picture goes in at the top; what comes out of the last layer is one number for each class.",
    locked: "The model can be changed when the training has ended.",
    recipe: "Begin with",
    recipes: {
      quick: {
        title: "In a hurry",
        about:
          "The study’s convolutional network, trained for a few epochs in larger steps, without augmentation: a first look at new data.",
      },
      study: {
        title: "The study’s network",
        about:
          "Two convolutions, max-pooling and dropout; images move by up to a pixel. Longer, and more exact.",
      },
      augmented: {
        title: "For few images",
        about:
          "Images are moved, mirrored, turned and zoomed, weights decay, and the best epoch on held-out images is kept.",
      },
    },
    reset: "Back to the recipe’s layers",
    input: "Input",
    model: "The model",
    parameters: "Parameters",
    macs: "Multiply-adds an image",
    batchSize: "Images a step",
    parametersOf: (count: number) => counted(count, "parameter"),
    macsOf: (count: number) => `${groupDigits(count)} MACs`,
    estimate: (seconds: number, threads: number) =>
      `About ${roughly(seconds)} here, ${counted(threads, "thread")}.`,
    noLayers: "There are no layers yet.",
    brokenAt: (place: number, className: string) => `Layer ${place}, ${className}, cannot work like this.`,
    waits: "waits for the layer above",
    more: "More options",
    none: "none",
    add: "Add layer",
    layer: "Layer",
    addMeans: "It is put before the last layer. Drag a layer by its handle, or use the arrow keys there.",
    groups: {
      features: "Features",
      pooling: "Pooling",
      shape: "Shape",
      regularization: "Against overfitting",
      range: "Range of values",
      activation: "Activations",
      augmentation: "Augmentation",
    },
    handle: (className: string, place: number, of: number) => `Move ${className}, layer ${place} of ${of}`,
    handleMeans: "Drag, or use the arrow keys",
    remove: (className: string, place: number) => `Remove ${className}, layer ${place}`,
    moved: (className: string, place: number, of: number) => `${className} is now layer ${place} of ${of}.`,
    removed: (className: string) => `${className} removed.`,
    recipeFile: "Download the recipe",
  },

  runs: {
    heading: "Runs",
    lead: "Every training is kept after each epoch. A project is one file with data, recipe, model, history and state: open it here again, or resume it in a terminal.",
    none: "No run is kept yet. Train a model, and it appears here.",
    reading: "The runs are being read.",
    list: "Kept runs",
    open: "Open",
    project: "Download project",
    openProject: "Open a project",
    openFolder: "Open a run’s folder",
    edit: "Name and tags",
    name: "Name",
    tags: "Tags, with commas between them",
    save: "Save",
    cancel: "Cancel",
    delete: "Delete",
    shallDelete: (name: string, isOnDisk: boolean) =>
      isOnDisk ? `Delete ${name} from this browser? Its folder in runs stays.` : `Delete ${name} for good?`,
    onDisk: "in the folder runs",
    compare: (name: string) => `Compare ${name}`,
    comparing: "Compare",
    compareLead: "Choose two runs to see them next to each other.",
    epochs: (done: number, wanted: number) => `${groupDigits(done)} of ${counted(wanted, "epoch")}`,
    when: (iso: string) => new Date(iso).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }),
    accuracy: (share: number) => `${formatPercent(share, 1)} on test images`,
    noEpoch: "no epoch yet",
    continue: (epochs: number) => `Continue: ${counted(epochs, "epoch")} left`,
    nowTraining: "being trained",
    terminal: "In a terminal: unpack the file, then",
    what: "",
    same: (count: number) => `${counted(count, "setting")} the same in both.`,
    difference: "Differences",
    layers: "Layers",
    images: "Training images",
    seconds: "Seconds",
    data: "Data",
    weights: "SHA-256 of the weights",
    sameWeights: "Both have the same weights, to the last bit.",
    elsewhere: (id: string) => `Another tab works on run ${id}. Wait until it ends, or stop it there.`,
    changed: (id: string) => `Run ${id} has been trained on since it was opened here. Open it again.`,
    full: "The browser has no space left, so this run is not kept. Delete runs, or download the project before you close the page.",
    refused: (why: string) =>
      `This browser does not let the page keep runs, as in some private windows. Download the project before you close the page. ${why}`.trim(),
  },

  train: {
    heading: (title: string) => `Train on ${title}`,
    lead: "A small network sees these images again and again, and learns to name what they show. It happens here: nothing leaves this page.",
    button: "Train",
    measuring: "Measuring how fast this machine is …",
    estimate: (seconds: number, threads: number) =>
      `about ${roughly(seconds)} on this machine (${counted(threads, "thread")})`,
    again: "Train again",
    anew: "Train a new model on this data",
    oneThread:
      "One thread computes, because this page may not share memory between threads: its host does not send the headers that isolate a page.",
    pause: "Pause",
    resume: "Resume",
    stop: "Stop",
    stopping: "Stopping after this step …",
    paused: "Paused",
    evaluating: "Measuring on the test images …",
    starting: "Starting …",
    progress: (epoch: number, epochs: number) => `Epoch ${epoch} of ${epochs}`,
    left: (seconds: number) => `${roughly(seconds)} left`,
    epochMeans: "In one epoch the network sees every training image once.",
    worthTrying: (accuracy: number) => `Already ${formatPercent(accuracy, 0)} right: try it`,
    settings: "Settings",
    recipe: (title: string) => `Trained as the recipe “${title}” says, with the layers of the screen Build.`,
    ownModel: "With a model of your own: save the recipe, then run in a terminal, to the same bits:",
    cannot: "This model cannot be trained: see the screen Build.",
    epochs: "Epochs",
    limit: "Training images, at most",
    seed: "Seed",
    threads: "Threads",
    terminal: "The same in a terminal, to the same bits:",
    weights: "SHA-256 of the weights:",
    download: "Download the model",
    changed: (count: number) => `With ${counted(count, "changed label")}`,
  },

  result: {
    accuracy: (accuracy: Accuracy) =>
      isEven(accuracy)
        ? `${(100 * accuracy.value).toFixed(1)} ± ${(50 * widthOf(accuracy)).toFixed(1)}%`
        : formatPercent(accuracy.value, 1),
    /** Where it reaches further to one side, as with few images. */
    interval: (accuracy: Accuracy) =>
      isEven(accuracy)
        ? ""
        : `(95% interval ${formatPercent(accuracy.interval.low, 1)} – ${formatPercent(accuracy.interval.high, 1)})`,
    ofTest: "of the test images are named right",
    stopped: (epochs: number) =>
      epochs === 0 ? "Stopped within the first epoch." : `Stopped after ${counted(epochs, "epoch")}.`,
    confused: (truth: string, predicted: string, count: number) =>
      `Most confused: ${truth}, taken for ${predicted}. ${counted(count, "image")}: look`,
    noMistakes: "Every answer is right.",
    speed: (images: number, seconds: number) =>
      `${groupDigits(Math.round(images))} images/s, ${roughly(seconds)} in all.`,
    against: ({ difference, test }: NonNullable<Evaluated["against"]>) => {
      const { value, interval } = difference;
      const { onlyFirstRight, onlySecondRight, pValue } = test;
      if (onlyFirstRight + onlySecondRight === 0) return "The same images right as by the model before.";
      const range = `95% interval ${points(interval.low)} to ${points(interval.high)}`;
      const better =
        value === 0
          ? "No better and no worse than the model before"
          : `${Math.abs(100 * value).toFixed(1)} points ${value > 0 ? "better" : "worse"} than the model before`;
      const chance = pValue < 0.05 ? "more than chance explains" : "which chance may explain";
      return `${better} (${range}), ${chance}: only this one names ${counted(onlySecondRight, "image")} right, only the one before ${groupDigits(onlyFirstRight)} (McNemar’s test, p\u00a0${shortP(pValue)}).`;
    },
  },

  curves: {
    accuracy: "Accuracy",
    loss: "Loss",
    training: "Training",
    test: "Test",
    heldOut: "Held out",
    epoch: "Epoch",
    waiting: "The first point comes within a few seconds.",
    numbers: "The numbers",
    byEpoch: "Accuracy and loss by epoch",
    about: (name: string) => `${name} by epoch. Arrow keys move along the curve.`,
    at: (epoch: number, names: readonly [string, string], first: string, second: string) =>
      `Epoch ${epoch.toFixed(1)}: ${names[0]} ${first}${second && `, ${names[1]} ${second}`}`,
  },

  changes: {
    list: (relabelled: number, dropped: number) =>
      [
        relabelled > 0 && `${groupDigits(relabelled)} relabelled`,
        dropped > 0 && `${groupDigits(dropped)} dropped`,
      ]
        .filter(Boolean)
        .join(", ") || "No changes",
    undo: "Undo",
    redo: "Redo",
    undoAll: "Undo all",
    retrain: "Train again with these changes",
    notTrained: "The model has not seen these changes yet.",
    select: (image: number) => `Image ${groupDigits(image)}`,
    selected: (count: number) =>
      count === 0 ? "Select images to change them." : `${groupDigits(count)} selected`,
    relabel: "Label as",
    setLabel: "Set the label",
    drop: "Drop",
    dropped: "Dropped",
    was: (name: string) => `was ${name}`,
  },

  doubts: {
    stop: "Stop",
    again: "Look again",
    busy: "When the training has ended.",
    duplicates: {
      find: "Find near duplicates",
      searching: "Comparing all images …",
      lead: "Pairs of images that are the same up to brightness, contrast, a little noise and a shift by one pixel. Between training and test, they measure memory; with different labels, one of them is wrong.",
    },
    suspects: {
      find: "Find suspected labels",
      searching: "Training four models, each without a part of the images …",
      lead: "Four models are each trained without a quarter of the training images, and then asked about that quarter. Where they are sure of another class, the label may be wrong, or the image may be hard: look at it.",
    },
    pairs: ({ withinTrain, withinTest, betweenSplits, truncated, all, pairs }: Duplicates) => [
      pairsIn("Among the training images", withinTrain),
      pairsIn("Among the test images", withinTest),
      pairsIn("A test image and a training image", betweenSplits),
      ...(truncated ? [`The search stopped at ${counted(all, "pair")}: there are more.`] : []),
      ...(pairs.length < all ? [`The nearest ${groupDigits(pairs.length)} are listed.`] : []),
    ],
    exact: "Equal, byte for byte.",
    distance: (distance: number) => `Distance ${distance.toFixed(3)}.`,
    otherLabel: "Different labels.",
    place: (split: "test" | "train", name: string) => `${name}, ${split === "test" ? "test" : "training"}`,
    settled: (count: number) => `${groupDigits(count)} of them changed already.`,
    selectCopies: "Select one of each pair",
    selectAll: "Select all that are shown",
    suspected: ({ all, suspects, estimated, reason }: Suspects) =>
      reason !== undefined
        ? `No label can be doubted: ${reason}.`
        : all === 0
          ? "No label is suspect: wherever the models are sure, they agree with it."
          : `${counted(all, "label")} suspected${suspects.length < all ? `, of which the first ${groupDigits(suspects.length)} are listed` : ""}, the most doubtful first. About ${groupDigits(estimated)} are estimated to be wrong, at most.`,
    suggested: (name: string) => `rather ${name}`,
    take: "Set the suggested labels",
  },

  learnt: {
    heading: "What it has learnt",
    filters: "The first layer",
    filtersLabel: (shown: number, { className, height, width }: FirstLayer) =>
      `${className}: the weights of ${counted(shown, className === "Dense" ? "unit" : "filter")}, ${height} × ${width} each`,
    filtersMean: (shown: number, { className, filters, channels }: FirstLayer) =>
      `${shown < filters ? `The first ${shown} of ${groupDigits(filters)}` : `All ${groupDigits(filters)}`} ${className === "Dense" ? "units" : "filters"} of ${className}: each answers to its own pattern. ${
        channels === 3
          ? "Bright: more of that colour raises its answer; dark: lowers it."
          : "Orange: light there raises its answer; blue: lowers it."
      }`,
    glance: ({ epoch, images, right }: Glance) =>
      `After epoch ${groupDigits(epoch)}: ${groupDigits(right)} of ${counted(images, "test image")} named right.`,
    mistakes: "Most confident mistakes",
    labelled: (name: string) => `labelled ${name}`,
  },

  attempt: {
    heading: "Try it",
    lead: "Draw something, drop a picture here, or paste one.",
    canvas: "Drawing area",
    keys: "Arrow keys move the pen, Space puts it down and takes it up.",
    penDown: "The pen draws.",
    clear: "Clear",
    file: "Choose a picture",
    sample: "Take a test image",
    sampleIs: (name: string) => `The test image is labelled ${name}.`,
    seen: "What the network sees",
    empty: "The picture is empty.",
    notYet: "It answers as soon as the training has begun.",
    weights: "Weights after an epoch",
    present: "The present weights",
    afterEpoch: (epoch: number) => `The weights after epoch ${groupDigits(epoch)}`,
    answers: "Answers",
    answer: (name: string, share: number) => `${name}, ${formatPercent(share, 0)}`,
  },

  evaluate: {
    heading: "Evaluate",
    nothing: "There is no model yet. Train one, and see here what it gets wrong.",
    toTraining: "Go to training",
    busy: "Measuring …",
    split: "Measured on",
    splits: { test: "Test images", train: "Training images" },
    named: (split: "test" | "train", images: number) =>
      `of ${groupDigits(images)} ${split === "test" ? "test" : "training"} images are named right`,
    matrix: "Which class was taken for which",
    matrixLead: "A row for each true class, a column for each answer. Open a cell to see its images.",
    manyClasses: (classes: number, pairs: number) =>
      `A matrix of ${groupDigits(classes)} classes cannot be read. These are the ${groupDigits(pairs)} most confused pairs.`,
    truth: "True class",
    answer: "Answer",
    cell: (truth: string, predicted: string, count: number) =>
      truth === predicted
        ? `${truth}, right: ${counted(count, "image")}`
        : `${truth}, taken for ${predicted}: ${counted(count, "image")}`,
    perClass: "By class",
    precision: "Precision",
    recall: "Recall",
    f1: "F1",
    images: "Images",
    calibration: (ece: number) =>
      `Confidence and accuracy differ by ${(100 * ece).toFixed(1)} points on average (expected calibration error).`,
    calibrationHeading: "Calibration",
    calibrationLead:
      "Of the answers of which the model is about this sure, so many are right. The line marks where they should end.",
    calibrationNone: (images: number) =>
      `Calibration is not shown: it needs at least ${counted(images, "image")}.`,
    confidence: "Confidence",
    right: "Right",
    range: (low: number, high: number) => `${formatPercent(low, 0)} – ${formatPercent(high, 0)}`,
    cellHeading: (truth: string, predicted: string) =>
      truth === predicted ? `${truth}, named right` : `${truth}, taken for ${predicted}`,
    inCell: (count: number) => `${counted(count, "image")}.`,
    cellLead: "The most confident answers first. A mistake that the model is sure of may be a wrong label.",
    back: "Back to the table",
    none: "No image is left here.",
  },

  camera: {
    heading: "Take pictures",
    title: "Camera",
    open: "Open the camera",
    close: "Close the camera",
    sees: "What the camera sees",
    hold: "Hold to record",
    record: (name: string) => `Hold to record ${name}`,
    className: (number: number) => `Class ${number}`,
    taken: (count: number) => counted(count, "picture"),
    add: "Add a class",
    use: "Use these pictures",
    needs: "At least two classes need two pictures each. They stay on this machine.",
    faults: {
      NotFoundError: "There is no camera on this machine.",
      NotAllowedError: "The page may not use the camera. Allow it next to the address, and try again.",
      NotReadableError: "Another program uses the camera. Close it there, and try again.",
      SecurityError: "The browser gives a camera only to pages over HTTPS, or of this machine.",
    } as Readonly<Record<string, string>>,
    otherFault: "The camera cannot be used.",
  },

  explain: {
    heading: "Explain",
    nothing: "There is no model yet. Train one, and see here what it makes of a picture.",
    lead: "The picture’s way through the network, layer by layer. It follows what you draw, and the weights while they are trained.",
    where: (name: string) => `What speaks for ${name}`,
    nowhere: "No place of the last convolution raises this answer (Grad-CAM).",
    whereMeans: "Orange: the places of the last convolution that raise this answer (Grad-CAM).",
    layer: (className: string, shape: readonly number[]) => `${className}, ${shape.join(" × ")}`,
    tiles: (className: string, count: number) =>
      `${className}: ${counted(count, "channel")}, light for high values`,
    some: (shown: number, all: number) => `The first ${groupDigits(shown)} of ${groupDigits(all)} channels.`,
    about: (className: string): string | undefined => layerWords[className],
    hidden: (name: string) => `What ${name} depends on`,
    hiddenMeans: (patch: number, name: string, whole: number, lowest: number) =>
      `Orange: hiding it makes this answer less likely (occlusion by a square of ${patch} × ${patch}). ${name}: ${formatPercent(whole, 0)}, at worst ${formatPercent(lowest, 0)}.`,
    whenAtRest: "Occlusion and the nearest images are computed while no training runs.",
    nearest: "The nearest training images",
    nearestMeans: "The images that the last hidden layer sees as most like this one, with their labels.",
    noNearest: "This model does not end in a dense layer, so that there is no layer to compare images by.",
    searching: "The training images pass through the network …",
    filters: (className: string, filters: number) =>
      `The filters of the first ${className}: ${groupDigits(filters)}`,
    filtersMean:
      "Orange: light there raises the filter's answer; blue: lowers it. After a training, the slider shows how they formed.",
    someFilters: (shown: number, all: number) => `The first ${groupDigits(shown)} of ${groupDigits(all)}.`,
    filtersLabel: (count: number) =>
      `${counted(count, "filter")}, orange for positive weights, blue for negative ones`,
    look: (className: string) => `${className}: look into its strongest unit`,
    lookMeans: "Click a place to see the numbers that made it.",
  },

  unit: {
    heading: (className: string) => `A unit of ${className}`,
    axes: (count: number): readonly string[] =>
      count === 3
        ? ["Row", "Column", "Channel"]
        : count === 1
          ? ["Unit"]
          : Array.from({ length: count }, (_, axis) => `Axis ${axis + 1}`),
    close: "Close",
    how: "How the value is made",
    step: "Step",
    value: "Value",
    made: {
      sum: (count: number) =>
        count === 1 ? "1 input × weight" : `${counted(count, "input")} × weights, added`,
      product: (count: number) => `${counted(count, "input")}, multiplied`,
      largest: (count: number) => `The largest of ${counted(count, "input")}`,
      smallest: (count: number) => `The smallest of ${counted(count, "input")}`,
      copy: (count: number) => (count === 0 ? "Nothing: it is padding" : "The input as it is"),
    },
    bias: "Bias",
    before: "Sum",
    after: ({ name, settings }: UnitActivation) => {
      const list = Object.entries(settings).map(([what, value]) => `${what} ${shortNumber(value)}`);
      return list.length > 0 ? `After ${name} (${list.join(", ")})` : `After ${name}`;
    },
    cannot: "How this layer makes its values is not known here: they cannot be taken apart.",
    channels: (source: string | undefined) => `What it reads of ${source ?? "the picture"}, by channel`,
    channel: "Channel",
    inputs: "Inputs",
    weights: "× weights",
    products: "= products",
    added: "Sum",
    others: (count: number) => `${counted(count, "other channel")}`,
    colours: "Blue for negative numbers, orange for positive ones.",
    inputsOf: (channel: number) => `Inputs of channel ${channel}`,
    weightsOf: (channel: number) => `Weights of channel ${channel}`,
    productsOf: (channel: number) => `Products of channel ${channel}`,
    list: (how: UnitNumbers["how"]) => listsOfUnit[how],
    place: (place: readonly number[], source: string | undefined) => {
      const text = place.map((at) => at + 1).join(", ");
      return source === undefined ? text : `${source} ${text}`;
    },
    from: (axes: number) => (axes === 3 ? "Row, column, channel" : "Place"),
    input: "Input",
    weight: "× weight",
    product: "= product",
    rest: (count: number) => `${counted(count, "other product")}`,
    inside: "This layer computes in steps; these are the numbers of its last step.",
    forming: (channel: number) => `The weights of channel ${channel}, epoch by epoch`,
    afterEpoch: (epoch: number) => `Epoch ${groupDigits(epoch)}`,
    formingLabel: (epoch: number) => `The weights after epoch ${groupDigits(epoch)}`,
  },

  loading: "Loading …",

  faults: {
    notLoaded: "This screen could not be loaded: its host does not answer. Try again when it does.",
    heading: "That did not work",
    workerDied: "The worker that computes has ended.",
    workerDiedMeans:
      "What every finished epoch ended with is kept: load the page again, open the run under Runs, and continue.",
    keptSoFar: (epochs: number) =>
      `What ${epochs === 1 ? "the first epoch" : `the first ${groupDigits(epochs)} epochs`} ended with is kept: open the run under Runs, and continue.`,
    reload: "Load the page again",
    notAPicture: "That is not a picture that this browser can read.",
  },
} as const;

/** A number of a network with three digits: `−0.0213`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  const text = size === 0 ? "0" : size >= 1000 || size < 0.0001 ? size.toExponential(1) : size.toPrecision(3);
  return value < 0 ? `−${text}` : text;
}

const widthOf = ({ interval }: Accuracy) => interval.high - interval.low;

/** Whether an interval reaches as far below the value as above, to a tenth of a point. */
function isEven({ value, interval: { low, high } }: Accuracy): boolean {
  return Math.abs(high - value - (value - low)) < 0.0015;
}

function pairsIn(where: string, { pairs, otherLabel }: PairCounts): string {
  const differing = otherLabel > 0 ? `, ${groupDigits(otherLabel)} of them with different labels` : "";
  return `${where}: ${counted(pairs, "pair")}${differing}.`;
}

function shortP(p: number): string {
  return p < 0.001 ? "<\u00a00.001" : `=\u00a0${p.toFixed(3)}`;
}
