import type { RegularizationResult } from "./run-regularization.js";
import { resultsJson } from "./write-report.js";

/** A finished study for programs: where it is, its plan, and its results as in `results.json`. */
export function finishedJson({ folder, reportPath, study, ...results }: RegularizationResult) {
  return { folder, reportPath, plan: study.plan, ...resultsJson(results) };
}
