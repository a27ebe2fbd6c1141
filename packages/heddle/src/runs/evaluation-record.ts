import { type ConfusionCell, confusionOf } from "@heddle/core/internal/evaluate/confusion.js";
import type {
  Calibration,
  CalibrationScores,
  ClassifierEvaluation,
  Confusion,
  ReliabilityBin,
  TemperatureScaling,
} from "@heddle/core/internal/evaluate/index.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { accuracyInterval } from "@heddle/core/internal/records/metrics-record.js";

/** `evaluation.json`: every figure of merit on the test images, or the reason for having none. */
export type RunEvaluation = {
  readonly dataset: { readonly name: string };
  readonly split: "test";
} & (
  | { readonly evaluation: ClassifierEvaluation }
  | {
      readonly evaluation: null;
      /** Why there is none, in a sentence. */
      readonly reason: string;
    }
);

/** A confusion matrix of more classes is written as its cells above zero: few of its cells are. */
const MOST_CLASSES_IN_FULL = 200;

/** An evaluation as JSON has it: `confusion` is `{ cells: [[truth, predicted, count], …] }` where classes are many. */
export function evaluationJson(evaluation: ClassifierEvaluation): object {
  const { confusion, classNames } = evaluation;
  const { cells } = confusion;
  if (classNames.length > MOST_CLASSES_IN_FULL) return { ...evaluation, confusion: { cells } };
  const { counts, rates } = confusion;
  return { ...evaluation, confusion: { counts, rates } };
}

/**
 * Reads `evaluation.json`.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file and the first field that is wrong
 */
export function parseEvaluation(file: string, text: string): RunEvaluation {
  return JsonFields.read(file, text, evaluationOf);
}

function evaluationOf(fields: JsonFields): RunEvaluation {
  const about = {
    dataset: { name: fields.object("dataset").string("name") },
    split: fields.oneOf("split", ["test"] as const),
  };
  return fields.isNull("evaluation")
    ? { ...about, evaluation: null, reason: fields.string("reason") }
    : { ...about, evaluation: parseClassifier(fields.object("evaluation")) };
}

/** Reads an evaluation within a file. */
export function parseClassifier(fields: JsonFields): ClassifierEvaluation {
  const classNames = fields.strings("classNames");
  const classes = classNames.length;
  const accuracy = fields.object("accuracy");
  const interval = accuracy.object("interval");
  const macro = fields.object("macro");
  const f1Interval = macro.optional("f1Interval")?.object("f1Interval");
  const auc = fields.object("auc");
  const confusion = fields.object("confusion");
  const labelOf = (of: JsonFields, key: string) => of.wholeNumber(key, 0, classes - 1);
  return {
    images: fields.wholeNumber("images", 1),
    classNames,
    accuracy: {
      value: accuracy.fraction("value"),
      correct: accuracy.wholeNumber("correct"),
      interval: accuracyInterval(interval),
    },
    loss: fields.numberOrNaN("loss"),
    perClass: fields.objects("perClass", classes).map((of) => ({
      name: of.string("name"),
      support: of.wholeNumber("support"),
      predicted: of.wholeNumber("predicted"),
      precision: of.numberOrNull("precision"),
      recall: of.numberOrNull("recall"),
      f1: of.numberOrNull("f1"),
    })),
    macro: {
      precision: macro.numberOrNaN("precision"),
      recall: macro.numberOrNaN("recall"),
      f1: macro.numberOrNaN("f1"),
      classes: macro.wholeNumber("classes"),
      ...(f1Interval && { f1Interval: accuracyInterval(f1Interval) }),
    },
    confusion: parseConfusion(confusion, classes),
    confusedPairs: fields.objects("confusedPairs").map((of) => ({
      truth: labelOf(of, "truth"),
      predicted: labelOf(of, "predicted"),
      count: of.wholeNumber("count"),
      rate: of.fraction("rate"),
      examples: of.objects("examples").map((example) => ({
        image: example.wholeNumber("image"),
        probability: example.numberOrNaN("probability"),
      })),
    })),
    topLosses: fields.objects("topLosses").map((of) => ({
      image: of.wholeNumber("image"),
      truth: labelOf(of, "truth"),
      predicted: labelOf(of, "predicted"),
      probability: of.numberOrNaN("probability"),
      truthProbability: of.numberOrNaN("truthProbability"),
      loss: of.numberOrNaN("loss"),
    })),
    topK: fields.objects("topK").map((of) => ({
      k: of.wholeNumber("k", 1),
      accuracy: of.fraction("accuracy"),
    })),
    calibration: parseCalibration(fields.object("calibration")),
    coverage: fields.objects("coverage").map((of) => ({
      coverage: of.fraction("coverage"),
      threshold: of.number("threshold"),
      accuracy: of.fraction("accuracy"),
    })),
    auc: { macro: auc.numberOrNull("macro"), perClass: auc.numbersOrNull("perClass", classes) },
  };
}

function parseConfusion(fields: JsonFields, classes: number): Confusion {
  if (!fields.optional("cells")) {
    const counts = fields.numberLists("counts", classes, classes);
    const rates = fields.numberLists("rates", classes, classes);
    const cells = counts.flatMap((row, truth) =>
      row.map((count, predicted): ConfusionCell => [truth, predicted, count]),
    );
    return { cells: cells.filter(([, , count]) => count !== 0), counts, rates };
  }
  return confusionOf(fields.cells("cells", classes, classes), classes);
}

function parseCalibration(fields: JsonFields): Calibration {
  return {
    bins: fields.wholeNumber("bins", 1),
    ece: fields.numberOrNaN("ece"),
    table: parseTable(fields),
    temperature: fields.isNull("temperature") ? null : parseScaling(fields.object("temperature")),
  };
}

function parseScaling(fields: JsonFields): TemperatureScaling {
  return {
    fittedOn: fields.oneOf("fittedOn", ["other images", "two folds"] as const),
    temperatures: fields.numberList("temperatures"),
    before: parseScores(fields.object("before")),
    after: parseScores(fields.object("after")),
    table: parseTable(fields),
  };
}

function parseScores(fields: JsonFields): CalibrationScores {
  return {
    ece: fields.numberOrNaN("ece"),
    negativeLogLikelihood: fields.numberOrNaN("negativeLogLikelihood"),
  };
}

function parseTable(fields: JsonFields): readonly ReliabilityBin[] {
  return fields.objects("table").map((bin) => ({
    low: bin.number("low"),
    high: bin.number("high"),
    images: bin.wholeNumber("images"),
    confidence: bin.numberOrNull("confidence"),
    accuracy: bin.numberOrNull("accuracy"),
  }));
}
