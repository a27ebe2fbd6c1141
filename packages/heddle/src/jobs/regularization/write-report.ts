import { regimeFigures } from "./figures.js";
import type { RegularizationFolder } from "./folder.js";
import { type RegularizationReport, regularizationPage } from "./page.js";
import type { RegimeResult } from "./results.js";
import type { Verdict } from "./verdict.js";

/**
 * Writes a study's results as JSON, its figures, and the report that shows them.
 *
 * @throws AbortedError on `signal`
 */
export async function writeReport(
  folder: RegularizationFolder,
  report: Omit<RegularizationReport, "figures">,
  signal: AbortSignal,
): Promise<void> {
  const { results, study, verdict, pooledVerdict } = report;
  const figures = await regimeFigures(results, study.dataset.title, signal);
  await folder.writeFigures(Object.values(figures), signal);
  await folder.writeResults(resultsJson({ results, verdict, pooledVerdict }));
  await folder.writeReport(regularizationPage({ ...report, figures }));
}

/** Results as JSON: `results.json`. */
export function resultsJson(of: {
  readonly results: readonly RegimeResult[];
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
}) {
  return {
    verdict: of.verdict,
    pooledVerdict: of.pooledVerdict,
    regimes: of.results.map(({ regime, label, candidates, trial, trainings: _, curve: __, ...result }) => ({
      name: regime.name,
      title: regime.title,
      setting: label,
      ...result,
      candidates: candidates.map(({ label: setting, ...measured }) => ({ setting, ...measured })),
      trial: trial.number,
    })),
  };
}
