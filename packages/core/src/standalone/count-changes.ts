import type { Model } from "../model/model.js";
import { classNamesOf, classProbabilities } from "../network/class-probabilities.js";
import type { Samples } from "../training/samples.js";
import { type Standalone, standaloneClassifier } from "./standalone-of.js";

/** Images in the values that a model takes, at once or in chunks. */
export type ImageSource = Samples | (() => AsyncIterable<Samples>);

/** Of how many images rounded weights change the answer. */
export interface ChangedAnswers {
  readonly answers: number;
  readonly images: number;
}

/** After how many images others may run: the plain loops take milliseconds for each. */
const TURN = 128;

/** Counts for how many images a standalone model sees another class than the trained one. */
export async function countChanges(
  model: Model,
  standalone: Standalone,
  source: ImageSource,
): Promise<ChangedAnswers> {
  const own = standaloneClassifier(standalone);
  const classes = classNamesOf(model);
  return countedIn(model, source, async ({ images, count }, likeliest) => {
    const size = images.length / count;
    let changed = 0;
    for (let place = 0; place < count; place++) {
      if (place % TURN === TURN - 1) await new Promise((next) => setTimeout(next));
      const [best] = own.classify(images.subarray(place * size, (place + 1) * size));
      if (best!.label !== classes[likeliest[place]!]) changed++;
    }
    return changed;
  });
}

/**
 * Counts changed answers chunk by chunk.
 *
 * @param changed how many answers of a chunk are others than the likeliest classes by the trained weights
 */
export async function countedIn(
  model: Model,
  source: ImageSource,
  changed: (chunk: Samples, likeliest: readonly number[]) => Promise<number>,
): Promise<ChangedAnswers> {
  let [answers, images] = [0, 0];
  for await (const chunk of typeof source === "function" ? source() : [source]) {
    answers += await changed(chunk, likeliestOf(model, await model.predict(chunk)));
    images += chunk.count;
  }
  return { answers, images };
}

/** The number of the likeliest class of each sample. */
export function likeliestOf(model: Model, outputs: Float32Array): number[] {
  const probabilities = classProbabilities(model, outputs);
  const classes = classNamesOf(model).length;
  return Array.from({ length: probabilities.length / classes }, (_, sample) => {
    const own = probabilities.subarray(sample * classes, (sample + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}
