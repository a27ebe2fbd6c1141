import { studyFigures } from "./figures.js";
import { type StudyReport, studyReport } from "./report.js";
import type { RegimeResult } from "./results.js";
import type { StudyFolder } from "./study-folder.js";
import type { Verdict } from "./verdict.js";

/** Writes a study's results as JSON, its figures, and the report that shows them. */
export async function writeStudyReport(
  folder: StudyFolder,
  report: Omit<StudyReport, "figures">,
): Promise<void> {
  const { results, study, verdict, pooledVerdict } = report;
  const figures = await studyFigures(results, study.dataset.title);
  await folder.writeFigures(Object.values(figures));
  await folder.writeResults(resultsJson({ results, verdict, pooledVerdict }));
  await folder.writeReport(studyReport({ ...report, figures }));
}

/** Results as `results.json` and `--json` give them. */
export function resultsJson(of: {
  readonly results: readonly RegimeResult[];
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
}) {
  return {
    verdict: of.verdict,
    pooledVerdict: of.pooledVerdict,
    regimes: of.results.map(({ regime, setting, candidates, trials, curve: _, ...result }) => ({
      name: regime.name,
      title: regime.title,
      setting: setting.label,
      ...result,
      candidates: candidates.map(({ setting: tried, ...measured }) => ({
        setting: tried.label,
        ...measured,
      })),
      trials: trials.map(({ record }) => record.key),
    })),
  };
}
