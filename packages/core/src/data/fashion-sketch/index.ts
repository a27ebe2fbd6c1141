import { checkOptions } from "../../base/known-options.js";
import { allocateShared } from "../../base/memory.js";
import { Random, shuffle } from "../../base/random.js";
import type { Dataset, ImageSet } from "../dataset.js";
import { drawBag } from "./bag.js";
import { drawCoat, drawShirt } from "./buttoned.js";
import { Canvas, PIXELS, type Pose, SIZE } from "./canvas.js";
import { between } from "./chance.js";
import { type FashionSketchOptions, SKETCH_RULES } from "./options.js";

export type { FashionSketchOptions } from "./options.js";

import { drawDress } from "./dress.js";
import { develop } from "./finish.js";
import { drawSandal } from "./sandal.js";
import { drawBoot, drawSneaker } from "./shoes.js";
import { drawPullover, drawTshirt } from "./tops.js";
import { drawTrouser } from "./trouser.js";

/** Draws one garment; every choice comes from `random`. */
type Draw = (canvas: Canvas, random: Random) => void;

/** The classes of Fashion-MNIST, in the order of its labels. */
const classes: readonly (readonly [name: string, draw: Draw])[] = [
  ["T-shirt/top", drawTshirt],
  ["Trouser", drawTrouser],
  ["Pullover", drawPullover],
  ["Dress", drawDress],
  ["Coat", drawCoat],
  ["Sandal", drawSandal],
  ["Shirt", drawShirt],
  ["Sneaker", drawSneaker],
  ["Bag", drawBag],
  ["Ankle boot", drawBoot],
];

/** The name in errors. */
const WHO = "fashion-sketch";

/** Images that are drawn in a step. */
const STEP = 100;

/** Each split has its own 2^31 streams of random numbers, so that no test image is a training image. */
const TRAIN_STREAM = 0;
const TEST_STREAM = 0x80000000;

/** The first of a split's streams that order the classes, one stream for every ten images. */
const ORDER_STREAM = 0x40000000;

/**
 * Draws a dataset of the ten Fashion-MNIST classes by code: no network, no file, the same bytes on every machine.
 * Image i of a split depends only on the seed and on i, never on how many images are drawn.
 *
 * @returns images `[N, 28, 28, 1]` as bytes, light clothes on black; every ten in a row hold each class once
 * @throws HeddleError if an option is not a whole number in its range
 * @example
 * generateFashionSketch({ train: 100, test: 20 }).train.images.length; // 78400
 */
export function generateFashionSketch(options: FashionSketchOptions = {}): Dataset {
  const drawing = drawFashionSketch(options);
  let step = drawing.next();
  while (!step.done) step = drawing.next();
  return step.value;
}

/** Draws as {@link generateFashionSketch} does, in steps of some milliseconds: the caller may stop after each. */
export function* drawFashionSketch(options: FashionSketchOptions = {}): Generator<void, Dataset, void> {
  checkOptions(WHO, options, SKETCH_RULES);
  const { train = 12_000, test = 2_000, seed = 7 } = options;
  return {
    name: "fashion-sketch",
    title: "fashion-sketch (generated)",
    classNames: classes.map(([name]) => name),
    train: yield* drawSplit(seed, TRAIN_STREAM, train),
    test: yield* drawSplit(seed, TEST_STREAM, test),
    source: { kind: "generated", seed, files: [] },
  };
}

/** Draws the images of one split from the streams that start at `stream`. */
function* drawSplit(seed: number, stream: number, count: number): Generator<void, ImageSet, void> {
  const images = new Uint8Array(allocateShared(count * PIXELS));
  const labels = new Uint8Array(allocateShared(count));
  const canvas = new Canvas();
  const order = new Int32Array(classes.length);
  for (let index = 0; index < count; index++) {
    if (index % STEP === 0) yield;
    const place = index % classes.length;
    if (place === 0) {
      shuffle(order, new Random(seed, "sketch", stream + ORDER_STREAM + index / classes.length));
    }
    const label = order[place]!;
    const random = new Random(seed, "sketch", stream + index);
    canvas.begin(somePose(random));
    classes[label]![1](canvas, random);
    develop(canvas, random, images.subarray(index * PIXELS, (index + 1) * PIXELS));
    labels[index] = label;
  }
  return { images, labels, count, shape: [SIZE, SIZE, 1] };
}

/** A pose off centre by up to 1.7 pixels, turned by up to 6 degrees, at 76 to 112% of full size. */
function somePose(random: Random): Pose {
  const scale = between(random, 0.84, 1.04);
  return {
    shiftX: between(random, -1.7, 1.7),
    shiftY: between(random, -1.7, 1.7),
    scaleX: scale * between(random, 0.9, 1.08),
    scaleY: scale,
    turn: between(random, -0.05, 0.05),
    shear: between(random, -0.06, 0.06),
  };
}
