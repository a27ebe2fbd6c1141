import {
  answersOf,
  type ClassifierEvaluation,
  classProbabilities,
  evaluateClassifier,
  type Model,
  mcnemarTest,
  modelFromJson,
} from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import { accuracyDifference } from "@heddle/core/internal/evaluate/accuracy-difference.js";
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
  private readonly outputs = new Map<Split, Float32Array>();
  /** Undefined once the model is gone; what was not predicted until then is by a copy. */
  private model: Model | undefined;
  private readonly copy: () => Model;

  constructor(
    model: Model,
    private readonly dataset: Dataset,
    /** That of the model before on the same data, for the difference. */
    private before: Judge | undefined,
  ) {
    // No more than one model is remembered.
    if (before) before.before = undefined;
    this.model = model;
    const { seed } = model;
    const json = model.toJson();
    const weights = model.weights.map((weight) => ({ shape: weight.shape, values: weight.read() }));
    this.copy = () => {
      const copy = modelFromJson("Studio", json, { seed });
      copy.compile({});
      copy.setWeights(weights);
      return copy;
    };
  }

  /** The model will be disposed of. */
  release(): void {
    this.model = undefined;
  }

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
    const earlier = await this.before?.probabilities(split);
    const other =
      earlier &&
      answersOf({
        probabilities: rowsAt(earlier, places, classNames.length),
        labels: set.labels,
        classNames,
      });
    const test = other && mcnemarTest(other, own);
    return {
      split,
      evaluation: sent(evaluation),
      predicted,
      confidence,
      against: test && { difference: accuracyDifference(test), test },
    };
  }

  private async probabilities(split: Split): Promise<Float32Array> {
    const known = this.outputs.get(split);
    if (known) return known;
    const own = this.model;
    const model = own ?? this.copy();
    try {
      const outputs = classProbabilities(model, await model.predict(this.dataset[split]));
      this.outputs.set(split, outputs);
      return outputs;
    } finally {
      if (!own) model.dispose();
    }
  }
}

/** Some rows of a matrix. */
function rowsAt(rows: Float32Array, places: Int32Array, width: number): Float32Array {
  const some = new Float32Array(places.length * width);
  places.forEach((from, to) => {
    some.set(rows.subarray(from * width, (from + 1) * width), to * width);
  });
  return some;
}
