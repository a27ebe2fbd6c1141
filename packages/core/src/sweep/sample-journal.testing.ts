import { Journal } from "./journal.js";
import { JournalRecords } from "./records.js";
import { Sweep } from "./sweep.js";

/** A sweep with a parameter of every kind and a condition. */
export const sampleSweep = new Sweep({
  name: "größer",
  goal: "maximize",
  trials: 12,
  seed: 7,
  parameters: {
    optimizer: { type: "category", choices: ["sgd", "adam", 3, 0.5, true, null] },
    learningRate: { type: "float", low: 1e-5, high: 1, log: true },
    momentum: { type: "float", low: 0, high: 1, when: { optimizer: "sgd" } },
    share: { type: "float", low: 0, high: 1, step: 0.3 },
    epochs: { type: "integer", low: 1, high: 8, step: 2 },
    width: { type: "integer", low: 1, high: 256, log: true },
  },
  search: { type: "random" },
  stopping: { type: "asynchronousHalving", minimum: 1, maximum: 9 },
});

/** The journal of a sweep in which trials pause, are promoted, interrupted, stopped, and fail. */
export function sampleJournal(): string {
  const records = new JournalRecords("golden");
  const journal = new Journal("sample");
  let text = "";
  let seconds = 0;
  const now = () => new Date(Date.UTC(2026, 10, 30, 12, 0, seconds++));
  const write = (lines: string) => {
    text += lines;
    journal.read(new TextEncoder().encode(lines));
  };
  const { name, goal, definition, space } = sampleSweep;
  write(records.createStudy({ id: 0, name, goal, definition }));
  const study = journal.study(name)!;
  for (let turn = 0; ; turn++) {
    const decision = sampleSweep.decide(study);
    if (decision.kind === "done") return text;
    if (decision.kind === "wait") throw new Error("Nothing runs.");
    if (decision.kind === "stop") {
      write(records.stop(decision.trial, now()));
      continue;
    }
    if (decision.kind === "start") write(records.start(study, space, { ...decision, at: now() }));
    else if (decision.kind === "promote") write(records.resume(decision.trial, now(), decision.until));
    else write(records.resume(decision.trial, now()));
    const trial = decision.kind === "start" ? study.trials.at(-1)! : decision.trial;
    const score = 1 / (1 + ((trial.number * 5) % 12));
    if (turn === 2) write(records.interrupt(trial));
    else if (turn === 6) write(records.fail(trial, 'no "memory"\n', now()));
    else {
      if (turn === 4) write(records.note(trial, "checkpoint", { epoch: 1, file: "é" }));
      for (let step = (trial.reports.at(-1)?.step ?? 0) + 1; trial.state === "running"; step++) {
        write(records.report(trial, step, turn === 7 ? Number.NaN : score * step));
        if (step === 9) write(records.complete(trial, score * step, now()));
        else if (sampleSweep.verdict(study, trial) === "pause") write(records.pause(trial));
      }
    }
  }
}
