import { checkOptionsOf } from "../base/known-options.js";
import { fromTo, text, whole } from "../base/rules.js";
import { AnswerMetric, type AnswerOptions } from "./answers.js";

/**
 * Of the outputs that say yes, the share that should; 0 where none does.
 *
 * @example
 * new Precision({ classId: 6 }).name; // precision
 */
export class Precision extends AnswerMetric {
  readonly className = "Precision";

  constructor(options: AnswerOptions = {}) {
    checkOptionsOf(new.target, [Precision], options, {
      name: text,
      threshold: fromTo(0, 1),
      classId: whole(0),
    });
    super("precision", options);
  }

  protected counts(saidYes: boolean): boolean {
    return saidYes;
  }
}
