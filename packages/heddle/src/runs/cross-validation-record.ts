import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { parseClassifier } from "./evaluation-record.js";

/** One fold of a cross-validation. */
export interface FoldRecord {
  /** Images that its model was trained on, without those held out for validation. */
  readonly trainImages: number;
  /** Images that its model was judged by. */
  readonly heldOutImages: number;
  /** The share of them that it got right. */
  readonly accuracy: number;
  readonly seconds: number;
}

/**
 * `cross-validation.json`: how models judge the training images that they were not trained on. The evaluation is of all
 * answers together, with images numbered by their positions among the training images.
 */
export type CrossValidationRecord = {
  readonly dataset: { readonly name: string };
  readonly folds: readonly FoldRecord[];
} & (
  | { readonly evaluation: ClassifierEvaluation }
  | {
      readonly evaluation: null;
      /** Why there is none, in a sentence. */
      readonly reason: string;
    }
);

/**
 * Reads `cross-validation.json`.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file and the first field that is wrong
 */
export function parseCrossValidation(file: string, text: string): CrossValidationRecord {
  return JsonFields.read(file, text, (fields) => {
    const about = {
      dataset: { name: fields.object("dataset").string("name") },
      folds: fields.objects("folds").map((fold) => ({
        trainImages: fold.wholeNumber("trainImages", 1),
        heldOutImages: fold.wholeNumber("heldOutImages", 1),
        accuracy: fold.fraction("accuracy"),
        seconds: fold.number("seconds", 0),
      })),
    };
    return fields.isNull("evaluation")
      ? { ...about, evaluation: null, reason: fields.string("reason") }
      : { ...about, evaluation: parseClassifier(fields.object("evaluation")) };
  });
}
