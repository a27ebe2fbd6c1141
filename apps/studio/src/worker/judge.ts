import {
  answersOf,
  type ClassifierEvaluation,
  classProbabilities,
  evaluateClassifier,
  type Model,
  mcnemarTest,
} from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import { editedSplit } from "./edits";
import { type Edit, type Evaluated, MOST_CLASSES_IN_A_MATRIX, type Split } from "./protocol";

/** How many confused pairs are listed where there are too many classes for a matrix. */
const MOST_PAIRS = 50;

/** An evaluation as it crosses to the page: the matrix of many classes, which nobody can read, stays where it is. */
function sent(evaluation: ClassifierEvaluation): ClassifierEvaluation {
  if (evaluation.classNames.length <= MOST_CLASSES_IN_A_MATRIX) return evaluation;
  return { ...evaluation, confusion: { cells: evaluation.confusion.cells, counts: [], rates: [] } };
}

/** What a model answers for the images of a dataset, each split predicted once. */
export class Judge {
  /** Of the splits that were evaluated, the probabilities for all images. */
  readonly outputs = new Map<Split, Float32Array>();

  constructor(
    private readonly model: Model,
    private readonly dataset: Dataset,
    /** The outputs of the model before, for the difference. */
    private readonly before: ReadonlyMap<Split, Float32Array> | undefined,
  ) {}

  async evaluate(split: Split, edits: readonly Edit[]): Promise<Evaluated> {
    const { set, places } = editedSplit(this.dataset, split, edits);
    const { classNames } = this.dataset;
    const all = await this.probabilities(split);
    const probabilities = rowsAt(all, places, classNames.length);
    const evaluation = evaluateClassifier(
      { probabilities, labels: set.labels, classNames },
      { topLosses: 0, confusedPairs: MOST_PAIRS },
    );
    const answers = answersOf({ probabilities: all, labels: this.dataset[split].labels, classNames });
    const { predicted, confidence } = answers;
    const own = answersOf({ probabilities, labels: set.labels, classNames });
    const earlier = this.before?.get(split);
    const other =
      earlier &&
      answersOf({
        probabilities: rowsAt(earlier, places, classNames.length),
        labels: set.labels,
        classNames,
      });
    return {
      split,
      evaluation: sent(evaluation),
      predicted,
      confidence,
      against: other && {
        accuracy: rightOf(other.predicted, other.labels),
        test: mcnemarTest(other, own),
      },
    };
  }

  private async probabilities(split: Split): Promise<Float32Array> {
    const known = this.outputs.get(split);
    if (known) return known;
    const outputs = classProbabilities(this.model, await this.model.predict(this.dataset[split]));
    this.outputs.set(split, outputs);
    return outputs;
  }
}

function rightOf(predicted: Int32Array, labels: Int32Array): number {
  return predicted.reduce((sum, answer, image) => sum + Number(answer === labels[image]), 0) / labels.length;
}

/** Some rows of a matrix. */
function rowsAt(rows: Float32Array, places: Int32Array, width: number): Float32Array {
  const some = new Float32Array(places.length * width);
  places.forEach((from, to) => {
    some.set(rows.subarray(from * width, (from + 1) * width), to * width);
  });
  return some;
}
