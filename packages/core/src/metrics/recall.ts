import { checkOptionsOf } from "../base/known-options.js";
import { fromTo, text, whole } from "../base/rules.js";
import { AnswerMetric, type AnswerOptions } from "./answers.js";

/**
 * Of the outputs that should say yes, the share that does; 0 where none should.
 *
 * @example
 * new Recall({ classId: 6 }).name; // recall
 */
export class Recall extends AnswerMetric {
  readonly className = "Recall";

  constructor(options: AnswerOptions = {}) {
    checkOptionsOf(new.target, [Recall], options, { name: text, threshold: fromTo(0, 1), classId: whole(0) });
    super("recall", options);
  }

  protected counts(_: boolean, shouldBeYes: boolean): boolean {
    return shouldBeYes;
  }
}
