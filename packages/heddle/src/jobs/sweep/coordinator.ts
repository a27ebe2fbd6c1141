import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Json } from "@heddle/core/internal/base/json.js";
import { SEEDS, WEIGHTS } from "@heddle/core/internal/sweep/operations.js";
import type { JournalRecords } from "@heddle/core/internal/sweep/records.js";
import { isFinished, type Study, type Trial } from "@heddle/core/internal/sweep/study.js";
import type { Sweep, Verdict } from "@heddle/core/internal/sweep/sweep.js";
import type { JournalFile } from "../../sweep/journal-file.js";
import type { TrialEnd, WorkerSetup } from "./messages.js";
import type { SweepFolder, SweepRequest } from "./sweep-folder.js";
import { trialSettings } from "./trial-settings.js";
import { type Died, WorkerProcess } from "./worker-process.js";

/** A trial whose process ends without a word so many times has failed: its memory is short, say. */
const MOST_DEATHS = 3;
/** When so many of the first trials fail and none succeeds, something is wrong with all of them. */
const MOST_FAILURES = 3;

/** What a sweep reports while it runs. */
export interface CoordinatorEvents {
  /** When a trial is begun, resumed or promoted. */
  onBegin(trial: Trial): void;
  onReport(trial: Trial, epoch: number, value: number): void;
  /** When a trial has ended, or is paused or interrupted. */
  onEnd(trial: Trial, study: Study): void;
  onWarning(message: string): void;
}

/** Everything that a coordinator works with. */
export interface CoordinatorOptions {
  readonly folder: SweepFolder;
  readonly sweep: Sweep;
  readonly request: SweepRequest;
  readonly setup: WorkerSetup;
  readonly file: JournalFile;
  readonly records: JournalRecords;
  readonly study: Study;
  /** Interrupts the trials that run. */
  readonly stop: AbortSignal;
  readonly events: CoordinatorEvents;
}

/** Hands a sweep's trials to processes. It alone decides, and writes the journal. */
export class Coordinator {
  /** Deciding and writing are done one at a time. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Called when a trial has ended or paused: there may be something to do again. */
  private waiting: (() => void)[] = [];
  private readonly deaths = new Map<number, number>();
  private readonly failed: string[] = [];
  private readonly fault = new AbortController();

  constructor(private readonly options: CoordinatorOptions) {}

  /**
   * Trains until there is nothing left to do, or is to be stopped.
   *
   * @throws HeddleError when a process cannot read the data, or the first trials all fail
   */
  async run(workers: number): Promise<void> {
    const results = await Promise.allSettled(Array.from({ length: workers }, () => this.work()));
    const rejected = results.find((result) => result.status === "rejected");
    if (rejected) throw rejected.reason;
  }

  /** What one process does, from its start to its end. A process that dies is replaced. */
  private async work(): Promise<void> {
    const { setup, stop } = this.options;
    let worker: WorkerProcess | undefined;
    const halt = () => worker?.stop();
    const signal = AbortSignal.any([stop, this.fault.signal]);
    signal.addEventListener("abort", halt);
    try {
      while (!signal.aborted) {
        let something: Promise<void> | undefined;
        const next = await this.alone(async () => {
          const begun = await this.begin();
          // Before any other turn, in which it may happen.
          if (begun === "wait") something = this.somethingHappened(signal);
          return begun;
        });
        if (next === "done") return;
        if (next === "wait") {
          await something;
          continue;
        }
        worker ??= await WorkerProcess.start(setup);
        if (signal.aborted) halt();
        const end = await this.train(worker, next);
        if (end.kind === "died") worker = undefined;
        await this.alone(() => this.end(next, end));
      }
    } catch (thrown) {
      this.fault.abort();
      throw thrown;
    } finally {
      signal.removeEventListener("abort", halt);
      worker?.end();
      this.wake();
    }
  }

  /** Decides what to do next, and writes it down. */
  private async begin(): Promise<Trial | "wait" | "done"> {
    const { folder, sweep, study, file, records, events } = this.options;
    for (;;) {
      const decision = sweep.decide(study);
      const at = new Date();
      if (decision.kind === "wait" || decision.kind === "done") return decision.kind;
      if (decision.kind === "stop") {
        await file.append(records.stop(decision.trial, at));
        await folder.removeTraining(decision.trial.number);
        events.onEnd(decision.trial, study);
        continue;
      }
      if (decision.kind === "start")
        await file.append(records.start(study, sweep.space, { ...decision, at }));
      else {
        const until = decision.kind === "promote" ? decision.until : undefined;
        await file.append(records.resume(decision.trial, at, until));
      }
      const trial = decision.kind === "start" ? study.trials.at(-1)! : decision.trial;
      events.onBegin(trial);
      return trial;
    }
  }

  /** Trains a trial with each of its seeds. The value of its end is the mean of theirs. */
  private async train(worker: WorkerProcess, trial: Trial): Promise<TrialEnd | Died> {
    const { folder, request, setup } = this.options;
    const values = [...((trial.userAttributes[SEEDS] as readonly number[] | undefined) ?? [])];
    const hashes = [...((trial.userAttributes[WEIGHTS] as readonly string[] | undefined) ?? [])];
    while (values.length < request.seeds) {
      const seed = request.settings.seed + values.length;
      let settings: ReturnType<typeof trialSettings>;
      try {
        settings = trialSettings(setup.who, request.settings, trial.values, seed);
      } catch (thrown) {
        if (thrown instanceof HeddleError) return { kind: "failed", message: thrown.message };
        throw thrown;
      }
      const task = { settings, folder: folder.trainingPath(trial.number, seed) };
      const end = await worker.train(task, (epoch, value) => this.report(trial, epoch, value, values.length));
      if (end.kind !== "complete") return end;
      values.push(end.value);
      hashes.push(end.weightsSha256);
      await this.alone(() => this.noteSeeds(trial, values, hashes));
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { kind: "complete", value: mean, weightsSha256: hashes[0]! };
  }

  private async noteSeeds(trial: Trial, values: readonly number[], hashes: readonly string[]): Promise<void> {
    const { file, records } = this.options;
    const notes: readonly [string, Json][] = [
      [SEEDS, [...values]],
      [WEIGHTS, [...hashes]],
    ];
    await file.append(notes.map(([name, value]) => records.note(trial, name, value)).join(""));
  }

  /** The first seed's epochs are the trial's steps; with more than one there is no stopping rule that reads them. */
  private report(trial: Trial, epoch: number, value: number, seedsDone: number): Promise<Verdict> {
    const { sweep, study, file, records, events } = this.options;
    return this.alone(async () => {
      events.onReport(trial, epoch, value);
      if (seedsDone > 0) return "continue";
      await file.append(records.report(trial, epoch, value));
      return sweep.verdict(study, trial);
    });
  }

  private async end(trial: Trial, end: TrialEnd | Died): Promise<void> {
    const { folder, study, file, events } = this.options;
    await file.append(this.recordOf(trial, end));
    if (isFinished(trial)) await folder.removeTraining(trial.number);
    events.onEnd(trial, study);
    this.wake();
    if (end.kind !== "failed") return;
    this.failed.push(end.message);
    const hopeless = study.trials.every(({ state }) => state === "failed" || state === "running");
    if (hopeless && this.failed.length >= MOST_FAILURES) {
      throw new HeddleError({
        who: `Sweep ${study.name}`,
        expected: "trials that can be trained",
        received: `${this.failed.length} that failed, the last with: ${end.message}`,
        next: "Correct the space or the recipe, and start a new sweep.",
      });
    }
  }

  private recordOf(trial: Trial, end: TrialEnd | Died): string {
    const { records, events } = this.options;
    const at = new Date();
    switch (end.kind) {
      case "complete":
        return records.complete(trial, end.value, at);
      case "stopped":
        return records.stop(trial, at);
      case "paused":
        return records.pause(trial);
      case "interrupted":
        return records.interrupt(trial);
      case "failed":
        events.onWarning(`Trial ${trial.number} failed: ${end.message}`);
        return records.fail(trial, end.message, at);
      case "died": {
        const deaths = 1 + (this.deaths.get(trial.number) ?? 0);
        this.deaths.set(trial.number, deaths);
        const what = `The process of trial ${trial.number} ended with ${end.how}`;
        if (deaths >= MOST_DEATHS) {
          events.onWarning(`${what} for the ${deaths}rd time: the trial has failed.`);
          return records.fail(trial, `${what}, ${deaths} times.`, at);
        }
        events.onWarning(`${what}: it is resumed.`);
        return records.interrupt(trial);
      }
    }
  }

  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  private somethingHappened(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
