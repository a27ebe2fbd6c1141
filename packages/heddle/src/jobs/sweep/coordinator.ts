import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Json } from "@heddle/core/internal/base/json.js";
import { SEEDS, WEIGHTS } from "@heddle/core/internal/sweep/operations.js";
import type { JournalRecords } from "@heddle/core/internal/sweep/records.js";
import { untilOf } from "@heddle/core/internal/sweep/stopping.js";
import { isFinished, type Study, type Trial } from "@heddle/core/internal/sweep/study.js";
import type { Sweep, Verdict } from "@heddle/core/internal/sweep/sweep.js";
import type { JournalFile } from "../../sweep/journal-file.js";
import type { Crew, Died, Trainer } from "./crew.js";
import type { TrialEnd } from "./messages.js";
import type { SweepFolder, SweepRequest } from "./sweep-folder.js";
import type { SettingsOfTrial } from "./trial-settings.js";

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
  readonly settingsOf: SettingsOfTrial;
  readonly crew: Crew;
  readonly file: JournalFile;
  readonly records: JournalRecords;
  readonly study: Study;
  /** Interrupts the trials that run. */
  readonly stop: AbortSignal;
  readonly events: CoordinatorEvents;
}

/**
 * Hands a sweep's trials to whoever trains. It alone decides, and writes the journal: what is decided is on the disk before
 * it is acted on, and counts for the next decision at once, so that many records share a write.
 */
export class Coordinator {
  /** Called when a trial has ended or paused: there may be something to do again. */
  private waiting: (() => void)[] = [];
  /** Whether there is nothing left to do. */
  private over = false;
  private readonly trainers = new Set<Trainer>();
  private readonly deaths = new Map<number, number>();
  private readonly failed: string[] = [];
  private readonly fault = new AbortController();

  constructor(private readonly options: CoordinatorOptions) {}

  /**
   * Trains until there is nothing left to do, or is to be stopped.
   *
   * @param trainers how many trials are trained at once at most
   * @throws HeddleError when nobody can read the data, or the first trials all fail
   */
  async run(trainers: number): Promise<void> {
    const signal = AbortSignal.any([this.options.stop, this.fault.signal]);
    signal.addEventListener("abort", () => {
      for (const trainer of this.trainers) trainer.stop();
      this.wake(Number.POSITIVE_INFINITY);
    });
    const results = await Promise.allSettled(Array.from({ length: trainers }, () => this.work(signal)));
    const rejected = results.find((result) => result.status === "rejected");
    if (rejected) throw rejected.reason;
  }

  /** What one trainer does, from its start to its end. One that dies is replaced. */
  private async work(signal: AbortSignal): Promise<void> {
    const { crew } = this.options;
    let trainer: Trainer | undefined;
    try {
      while (!signal.aborted && !this.over) {
        await crew.room(signal);
        const { trial, later } = signal.aborted || this.over ? {} : await this.begin();
        if (!trial) {
          crew.leave();
          await later;
          continue;
        }
        // There may be more to do than this.
        this.wake(1);
        trainer ??= await this.hire();
        if (signal.aborted) trainer.stop();
        const ending = this.train(trainer, trial);
        crew.leave();
        const end = await ending;
        if (end.kind === "died") trainer = this.dismiss(trainer);
        await this.end(trial, end);
      }
    } catch (thrown) {
      this.fault.abort();
      throw thrown;
    } finally {
      this.dismiss(trainer);
      this.wake(Number.POSITIVE_INFINITY);
    }
  }

  private async hire(): Promise<Trainer> {
    const trainer = await this.options.crew.hire();
    this.trainers.add(trainer);
    return trainer;
  }

  private dismiss(trainer: Trainer | undefined): undefined {
    trainer?.end();
    if (trainer) this.trainers.delete(trainer);
  }

  /**
   * Decides what to do next, and writes it down.
   *
   * @returns the trial to train, or when there may be one
   */
  private async begin(): Promise<{ readonly trial?: Trial; readonly later?: Promise<void> }> {
    const { crew, sweep, study, file, records, request, events } = this.options;
    for (;;) {
      const decision = sweep.decide(study);
      const at = new Date();
      if (decision.kind === "done") {
        this.over = true;
        return {};
      }
      // Listens at once: it may happen before anybody awaits it.
      if (decision.kind === "wait") return { later: this.somethingHappened() };
      if (decision.kind === "stop") {
        await file.append(records.stop(decision.trial, at));
        await crew.forget(decision.trial.number, seedsOf(request));
        events.onEnd(decision.trial, study);
        continue;
      }
      const until = decision.kind === "promote" ? decision.until : undefined;
      const lines =
        decision.kind === "start"
          ? records.start(study, sweep.space, { ...decision, at })
          : records.resume(decision.trial, at, until);
      const written = file.append(lines);
      const trial = decision.kind === "start" ? study.trials.at(-1)! : decision.trial;
      await written;
      events.onBegin(trial);
      return { trial };
    }
  }

  /** Trains a trial with each of its seeds. The value of its end is the mean of theirs. */
  private async train(trainer: Trainer, trial: Trial): Promise<TrialEnd | Died> {
    const { folder, request, settingsOf } = this.options;
    const values = [...((trial.userAttributes[SEEDS] as readonly number[] | undefined) ?? [])];
    const hashes = [...((trial.userAttributes[WEIGHTS] as readonly string[] | undefined) ?? [])];
    while (values.length < request.seeds) {
      const seed = request.settings.seed + values.length;
      let settings: Awaited<ReturnType<SettingsOfTrial>>;
      try {
        settings = await settingsOf(trial.values, seed);
      } catch (thrown) {
        if (thrown instanceof HeddleError) return { kind: "failed", message: thrown.message };
        throw thrown;
      }
      const task = {
        trial: trial.number,
        settings,
        until: untilOf(trial),
        folder: folder.trainingPath(trial.number, seed),
        ...(request.keep && { keep: folder.keptPath(trial.number, seed) }),
      };
      const done = values.length;
      const end = await trainer.train(task, (epoch, value) => this.report(trial, epoch, value, done));
      if (end.kind !== "complete") return end;
      values.push(end.value);
      hashes.push(end.weightsSha256);
      await this.noteSeeds(trial, values, hashes);
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
  private async report(trial: Trial, epoch: number, value: number, seedsDone: number): Promise<Verdict> {
    const { sweep, study, file, records, events } = this.options;
    events.onReport(trial, epoch, value);
    if (seedsDone > 0) return "continue";
    // A training that is resumed reports its checkpoint again, and so does one of two workers that were slow to be heard.
    const isNew = !trial.reports.some(({ step }) => step === epoch);
    const written = isNew ? file.append(records.report(trial, epoch, value)) : undefined;
    const verdict = sweep.verdict(study, trial);
    await written;
    return verdict;
  }

  private async end(trial: Trial, end: TrialEnd | Died): Promise<void> {
    const { crew, study, request, file, events } = this.options;
    await file.append(this.recordOf(trial, end));
    if (isFinished(trial)) await crew.forget(trial.number, seedsOf(request));
    events.onEnd(trial, study);
    this.wake(1);
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

  private somethingHappened(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Lets trainers that wait look again: one after the other, each of which wakes the next if there was something to do. */
  private wake(count: number): void {
    for (const resolve of this.waiting.splice(0, count)) resolve();
  }
}

function seedsOf({ settings, seeds }: SweepRequest): readonly number[] {
  return Array.from({ length: seeds }, (_, index) => settings.seed + index);
}
