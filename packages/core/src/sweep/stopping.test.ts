import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { Journal } from "./journal.js";
import { UNTIL } from "./operations.js";
import { JournalRecords } from "./records.js";
import { nextPromotion, rungsOf } from "./stopping.js";
import type { Goal, Study, Trial } from "./study.js";
import { studyOf } from "./study.testing.js";
import { StudyIndex } from "./study-index.js";
import { type Decision, Sweep } from "./sweep.js";

/** A trial that has run until a step, and reported `value` at each. */
function ran(until: number, value: number, state: Trial["state"] = "paused"): Partial<Trial> {
  const reports = Array.from({ length: until }, (_, index) => ({ step: index + 1, value }));
  return { state, reports, values: { x: value }, systemAttributes: { [UNTIL]: until } };
}

function sweep(type: "halving" | "asynchronousHalving", trials: number, maximum = 9): Sweep {
  return new Sweep({
    name: "s",
    goal: "maximize",
    trials,
    parameters: { x: { type: "float", low: 0, high: 100 } },
    search: { type: "random" },
    stopping: { type, minimum: 1, maximum },
  });
}

const options = { type: "asynchronousHalving", minimum: 1, maximum: 9 } as const;

function promotionOf(goal: Goal, study: Study) {
  const index = new StudyIndex(goal, rungsOf(options));
  index.catchUp(study);
  return nextPromotion(options, index);
}

/** Runs a whole sweep, `workers` trials at a time, whose trials' values are `scores` at every step. */
function run(
  of: Sweep,
  scores: readonly number[],
  workers: number,
): { readonly log: string[]; readonly study: Study } {
  const study = studyOf([]) as Study & { readonly trials: Trial[] };
  const log: string[] = [];
  const running: { number: number; until: number }[] = [];
  const change = (number: number, changes: Partial<Trial>) => {
    study.trials[number] = { ...study.trials[number]!, ...changes };
  };
  const finishOne = () => {
    const { number, until } = running.shift()!;
    const reports = ran(until, scores[number]!).reports!;
    change(number, { reports });
    const verdict = of.verdict(study, study.trials[number]!);
    if (verdict === "pause") change(number, { state: "paused" });
    else change(number, { state: "complete", objectives: [scores[number]!] });
  };
  for (;;) {
    const decision: Decision = of.decide(study);
    if (decision.kind === "done") return { log, study };
    if (decision.kind === "stop") {
      log.push(`stop ${decision.trial.number}`);
      change(decision.trial.number, { state: "stopped" });
      continue;
    }
    if (decision.kind === "wait") {
      finishOne();
      continue;
    }
    const number = decision.kind === "start" ? study.trials.length : decision.trial.number;
    const until = decision.kind === "resume" ? 0 : decision.until!;
    if (decision.kind === "start")
      study.trials.push({ ...studyOf([{}]).trials[0]!, number, values: decision.values });
    change(number, { state: "running", systemAttributes: { [UNTIL]: until } });
    log.push(`${decision.kind} ${number} to ${until}`);
    running.push({ number, until });
    if (running.length === workers) finishOne();
  }
}

describe("asynchronous halving", () => {
  it("promotes the best third of a rung, the best first, from the highest rung that has one", () => {
    const rung0 = [3, 9, 1, 8, 2, 4].map((value) => ran(1, value));
    expect(promotionOf("maximize", studyOf(rung0))).toMatchObject({
      trial: { number: 1 },
      until: 3,
    });
    expect(promotionOf("minimize", studyOf(rung0))).toMatchObject({
      trial: { number: 2 },
      until: 3,
    });
    const promoted = studyOf([...rung0.slice(0, 1), ran(3, 9, "running"), ...rung0.slice(2)]);
    expect(promotionOf("maximize", promoted)).toMatchObject({ trial: { number: 3 }, until: 3 });
    const rung1 = studyOf([...rung0, ran(3, 7), ran(3, 6), ran(3, 5)]);
    expect(promotionOf("maximize", rung1)).toMatchObject({ trial: { number: 6 }, until: 9 });
  });

  it("promotes nobody of a rung that fewer than three have reached", () => {
    expect(promotionOf("maximize", studyOf([ran(1, 1), ran(1, 2)]))).toBeUndefined();
  });

  it("knows the first paused trial, also when an earlier one pauses again", () => {
    const study = studyOf([ran(1, 3), ran(1, 2), ran(9, 1, "complete")]);
    const index = new StudyIndex("minimize", rungsOf(options));
    const firstPaused = (...states: Trial["state"][]) => {
      states.forEach((state, number) => {
        Object.assign(study.trials[number]!, { state });
      });
      index.catchUp(study);
      return index.firstPaused?.number;
    };
    expect(firstPaused("paused", "paused", "complete")).toBe(0);
    expect(firstPaused("running", "paused", "complete")).toBe(1);
    expect(firstPaused("paused", "paused", "complete")).toBe(0);
    expect(firstPaused("stopped", "stopped", "complete")).toBeUndefined();
  });

  it("counts trials that failed or were stopped, promotes neither, and ranks a diverged one last", () => {
    const trials = [
      ran(1, 9, "failed"),
      ran(1, 8, "stopped"),
      ran(1, Number.NaN),
      ran(1, 1),
      ran(1, 2),
      ran(1, 3),
    ];
    expect(promotionOf("maximize", studyOf(trials))).toBeUndefined();
    const more = studyOf([...trials, ran(1, 0), ran(1, 0), ran(1, 0)]);
    expect(promotionOf("maximize", more)).toMatchObject({ trial: { number: 5 } });
  });

  it("starts, pauses, promotes and stops until one trial is complete", () => {
    const { log, study } = run(sweep("asynchronousHalving", 5), [1, 5, 2, 4, 3], 1);
    expect(log).toEqual([
      ...["start 0 to 1", "start 1 to 1", "start 2 to 1", "promote 1 to 3", "start 3 to 1", "start 4 to 1"],
      // Nothing is left to start, and one in three is promoted to no higher rung: the best one goes on.
      ...["promote 1 to 9", "stop 0", "stop 2", "stop 3", "stop 4"],
    ]);
    expect(study.trials.map(({ state }) => state)).toEqual([
      "stopped",
      "complete",
      "stopped",
      "stopped",
      "stopped",
    ]);
  });

  it("gives no worker a reason to wait while trials can be started", () => {
    const { log, study } = run(
      sweep("asynchronousHalving", 27),
      Array.from({ length: 27 }, (_, i) => (i * 11) % 27),
      4,
    );
    expect(log.filter((line) => line.startsWith("start"))).toHaveLength(27);
    expect(log.filter((line) => line.endsWith("to 3")).length).toBeGreaterThanOrEqual(9);
    // The best of all is among those that were promoted to the end.
    expect(study.trials[22]!.state).toBe("complete");
  });
});

describe("successive halving", () => {
  it("decides a rung when every trial has reached it, whatever the number of workers", () => {
    const scores = [3, 9, 1, 8, 2, 4, 7, 5, 6];
    for (const workers of [1, 2, 4]) {
      const { log, study } = run(sweep("halving", 9), scores, workers);
      expect(log.slice(0, 9).every((line) => line.startsWith("start"))).toBe(true);
      expect(log.slice(9, 12).toSorted()).toEqual(["promote 1 to 3", "promote 3 to 3", "promote 6 to 3"]);
      expect(log.filter((line) => line.endsWith("to 9"))).toEqual(["promote 1 to 9"]);
      expect(study.trials.map(({ state }) => state).filter((state) => state === "stopped")).toHaveLength(8);
    }
  });

  it("completes a trial even if all the others fail", () => {
    const study = studyOf([ran(1, 1, "failed"), ran(1, 2, "failed"), ran(1, 0)]);
    expect(sweep("halving", 3).decide(study)).toMatchObject({
      kind: "promote",
      trial: { number: 2 },
      until: 3,
    });
  });
});

describe("decisions", () => {
  it.each(["halving", "asynchronousHalving"] as const)(
    "of %s do not depend on what was remembered",
    (type) => {
      const of = sweep(type, 40, 27);
      const random = new Random(7, "sweep");
      const records = new JournalRecords("w");
      const journal = new Journal("j");
      const append = (lines: string) => journal.read(new TextEncoder().encode(lines));
      const { name, goal, definition } = of;
      append(records.createStudy({ id: 0, name, goal, definition }));
      const study = journal.study("s")!;
      const at = new Date(0);
      const running: Trial[] = [];
      for (let decisions = 0; ; decisions++) {
        const decision = of.decide(study);
        // A copy is a study of which nothing is remembered.
        expect(of.decide({ ...study })).toEqual(decision);
        if (decision.kind === "done") return expect(decisions).toBeGreaterThan(80);
        if (decision.kind === "stop") append(records.stop(decision.trial, at));
        else if (decision.kind === "start") {
          append(records.start(study, of.space, { ...decision, at }));
          running.push(study.trials.at(-1)!);
        } else if (decision.kind !== "wait") {
          append(
            records.resume(decision.trial, at, decision.kind === "promote" ? decision.until : undefined),
          );
          running.push(decision.trial);
        }
        if (decision.kind !== "wait" && running.length < 4) continue;
        const trial = running.splice(random.below(running.length), 1)[0]!;
        const until = (trial.systemAttributes[UNTIL] as number | undefined) ?? 27;
        if (random.uniform() < 0.2) append(records.interrupt(trial));
        else {
          // Of equal values, some.
          append(records.report(trial, until, Math.round(5 * random.uniform())));
          append(until < 27 ? records.pause(trial) : records.complete(trial, random.uniform(), at));
        }
      }
    },
  );
});

describe("Sweep", () => {
  it("resumes interrupted trials before anything else", () => {
    const study = studyOf([ran(1, 1), ran(1, 2), ran(1, 3), { ...ran(1, 4), state: "interrupted" }]);
    expect(sweep("asynchronousHalving", 9).decide(study)).toMatchObject({
      kind: "resume",
      trial: { number: 3 },
    });
  });

  it("refuses the study of a different definition, but accepts more trials", () => {
    const of = (trials: number, seed = 1) =>
      new Sweep({
        name: "s",
        goal: "minimize",
        trials,
        seed,
        parameters: { x: { type: "float", low: 0, high: 1 } },
      });
    const study: Study = { ...studyOf([]), userAttributes: { "heddle:sweep": of(3).definition } };
    of(3).checkStudy("s.log", study);
    of(5).checkStudy("s.log", study);
    expect(() => of(5, 2).checkStudy("s.log", study)).toThrow(
      "s.log: expected seed 2, as the sweep has it, received 1. " +
        "Resume it with the definition that it began with, or start a new sweep in a different folder.",
    );
    expect(() => of(3).checkStudy("s.log", studyOf([]))).toThrow("received a study without a sweep.");
  });
});
