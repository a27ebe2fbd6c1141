import { Journal } from "@heddle/core/internal/sweep/journal.js";
import { JournalRecords } from "@heddle/core/internal/sweep/records.js";
import { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { expect, it } from "vitest";
import { fewerTrials } from "./results.js";

it("a sweep that has tried every value says that it has fewer trials than were asked for, once they have ended", () => {
  const of = (trials: number) =>
    new Sweep({
      name: "few",
      goal: "maximize",
      trials,
      parameters: { batchSize: { type: "category", choices: [16, 32] } },
    });
  const sweep = of(5);
  const journal = new Journal("journal.log");
  const records = new JournalRecords("worker");
  const append = (lines: string) => journal.read(new TextEncoder().encode(lines));
  append(records.createStudy({ id: 0, name: "few", goal: sweep.goal, definition: sweep.definition }));
  const study = journal.study("few")!;
  const at = new Date(0);
  for (let decision = sweep.decide(study); decision.kind === "start"; decision = sweep.decide(study)) {
    append(records.start(study, sweep.space, { ...decision, at }));
  }
  expect(fewerTrials(sweep, study)).toBeUndefined();
  for (const trial of study.trials) append(records.complete(trial, 0.5, at));
  expect(fewerTrials(sweep, study)).toBe(
    "The space has no more values to try, so that the sweep ended after 2 of 5 trials.",
  );
  expect(fewerTrials(of(2), study)).toBeUndefined();
});
