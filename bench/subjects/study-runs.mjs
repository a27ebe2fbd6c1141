// The whole runs of the study whose `metrics.json` are kept as bench/results/study-seed-*.json.
import { readdirSync, readFileSync } from "node:fs";
import { number } from "../lib/report.mjs";

const folder = new URL("../results/", import.meta.url);
const TARGET_ACCURACY = 0.927;

/** The accuracy that a run has to reach, in words. */
export const TARGET = "92.7%";

/**
 * Wall time from process start to the end of a run, mean over the seeds, and whether their mean test accuracy
 * reaches the target; undefined if no run is kept.
 *
 * @param outsideSeconds what a process takes before and after the run's own clock
 */
export function timeToTarget(outsideSeconds) {
  const files = readdirSync(folder).filter((name) => /^study-seed-\d+\.json$/.test(name));
  if (files.length === 0) return undefined;
  const runs = files.map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));
  const mean = (pick) => runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
  const accuracy = mean((run) => run.test.accuracy);
  const seconds = mean((run) => run.timeSeconds.total) + outsideSeconds;
  const kinds = [...new Set(runs.map(({ engine }) => `${engine.variant}, ${engine.threads} threads`))];
  return {
    words: `${runs.length} seeds, ${kinds.join("; ")}, mean test accuracy ${number(100 * accuracy, 2)}%`,
    value: accuracy >= TARGET_ACCURACY ? `${number(seconds, 1)} s` : `not reached in ${number(seconds, 1)} s`,
  };
}
