// What the journal of a sweep adds up to, to compare a disturbed sweep with one that nobody disturbed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Optuna's numbers for a trial that is complete, was stopped, or failed. */
const ENDED = [1, 2, 3];

/**
 * The settings, reports, end and values of every trial, which no order of the workers changes.
 *
 * @param {string} folder the sweep's
 * @throws if a trial ended twice
 */
export function trialsIn(folder) {
  /** @type {{ state: number, params: unknown, reports: Record<string, number>, values: unknown }[]} */
  const trials = [];
  for (const line of readFileSync(join(folder, "journal.log"), "utf8").trimEnd().split("\n")) {
    const record = JSON.parse(line);
    if (record.op_code === 4) trials.push({ state: 0, params: record.params, reports: {}, values: null });
    const trial = trials[record.trial_id];
    if (!trial) continue;
    if (record.op_code === 7) trial.reports[record.step] = record.intermediate_value;
    if (record.op_code !== 6) continue;
    if (ENDED.includes(trial.state)) throw new Error(`${folder}: a trial ended twice: ${line}`);
    trial.state = record.state;
    trial.values = record.values;
  }
  return trials;
}
