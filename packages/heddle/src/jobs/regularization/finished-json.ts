import type { RegularizationResult } from "./run-regularization.js";
import { resultsJson } from "./write-report.js";

/** A finished study for programs: where it is, and its results as in `results.json`. */
export function finishedJson({ folder, reportPath, ...results }: RegularizationResult) {
  return { folder, reportPath, ...resultsJson(results) };
}
