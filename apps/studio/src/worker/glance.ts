import { answersOf, classProbabilities, type Model } from "@heddle/core";
import { type ImageSet, imagesAt } from "@heddle/core/data";
import { confusion, mostConfusedPairs } from "@heddle/core/internal/evaluate/confusion.js";
import type { EditedSplit } from "./edits";
import { type Glance, MOST_CLASSES_IN_A_MATRIX } from "./protocol";

/** More images would keep a training waiting after each epoch; the evaluation at its end is of all. */
const MOST_IMAGES = 2500;
const MOST_MISTAKES = 12;
const MOST_PAIRS = 12;

/** Looks after each epoch at what a model makes of the test images. */
export class Glancer {
  private readonly set: ImageSet;
  /** Where the page has these images. */
  private readonly places: Int32Array;

  constructor(
    { set, places }: EditedSplit,
    private readonly classNames: readonly string[],
  ) {
    // Evenly from all of them, because they may be sorted by class.
    const count = Math.min(MOST_IMAGES, set.count);
    const chosen = Array.from({ length: count }, (_, at) => Math.floor((at * set.count) / count));
    this.set = count < set.count ? imagesAt(set, chosen) : set;
    this.places = Int32Array.from(chosen, (at) => places[at]!);
  }

  async look(model: Model, epoch: number): Promise<Glance> {
    const { set, classNames, places } = this;
    const probabilities = classProbabilities(model, await model.predict(set));
    const answers = answersOf({ probabilities, labels: set.labels, classNames });
    const { labels, predicted, confidence } = answers;
    const matrix = confusion(answers);
    const wrong = [...predicted.keys()].filter((image) => predicted[image] !== labels[image]);
    const pairs = mostConfusedPairs(answers, matrix, { limit: MOST_PAIRS, examples: 0 });
    return {
      epoch,
      images: set.count,
      right: set.count - wrong.length,
      counts: classNames.length > MOST_CLASSES_IN_A_MATRIX ? undefined : matrix.counts,
      pairs: pairs.map(({ truth, predicted, count }) => ({ truth, predicted, count })),
      mistakes: wrong
        .sort((a, b) => confidence[b]! - confidence[a]!)
        .slice(0, MOST_MISTAKES)
        .map((image) => ({
          image: places[image]!,
          truth: labels[image]!,
          predicted: predicted[image]!,
          confidence: confidence[image]!,
        })),
    };
  }
}
