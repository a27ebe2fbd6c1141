import { randomUUID } from "node:crypto";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { JournalRecords } from "@heddle/core/internal/sweep/records.js";
import type { Study } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { JournalFile } from "../../sweep/journal-file.js";
import { Coordinator, type CoordinatorEvents } from "./coordinator.js";
import type { Crew } from "./crew.js";
import type { SweepFolder, SweepRequest } from "./sweep-folder.js";
import type { SettingsOfTrial } from "./trial-settings.js";

/** How a sweep is run. The number of processes decides in which order trials end, and nothing else here any result. */
export interface SweepOptions {
  readonly settingsOf: SettingsOfTrial;
  /** Finds those who train, once this process has the folder. */
  readonly gather: () => Promise<Crew>;
  /** How many trials are trained at once at most. */
  readonly workers: number;
  /** After how long the trials that run are interrupted, and no other one is begun; never if undefined. */
  readonly seconds: number | undefined;
  readonly signal: AbortSignal;
  readonly events: CoordinatorEvents & {
    /** When the journal is open; with how many trials it has. */
    onStudy(begun: number): void;
  };
}

/** A sweep that has come to its end, or to that of its time. */
export interface SweepEnd {
  readonly study: Study;
  /** Whether there is more to do. */
  readonly outOfTime: boolean;
}

/**
 * Runs a sweep's trials in processes until all have ended. Every decision is in the journal before it is acted on, so that
 * a sweep which is killed at any moment can be resumed where it was.
 *
 * @throws AbortedError on `signal`: trials are marked as interrupted then. HeddleError when another process has the folder,
 *   its journal is of a different sweep, the data cannot be read, or the first trials all fail
 */
export async function runSweep(
  folder: SweepFolder,
  sweep: Sweep,
  request: SweepRequest,
  { settingsOf, gather, workers, seconds, signal, events }: SweepOptions,
): Promise<SweepEnd> {
  const records = new JournalRecords(randomUUID());
  const file = await JournalFile.open(folder.path);
  const time = new AbortController();
  const timer = seconds === undefined ? undefined : setTimeout(() => time.abort(), 1000 * seconds);
  let crew: Crew | undefined;
  let done = false;
  try {
    const study = await openStudy(file, records, sweep);
    crew = await gather();
    events.onStudy(study.trials.length);
    const stop = AbortSignal.any([signal, time.signal, file.lost, ...(crew.lost ? [crew.lost] : [])]);
    const coordinator = new Coordinator({
      folder,
      sweep,
      request,
      settingsOf,
      crew,
      file,
      records,
      study,
      stop,
      events,
    });
    await coordinator.run(workers);
    file.lost.throwIfAborted();
    crew.lost?.throwIfAborted();
    if (signal.aborted) throw new AbortedError("Stopped.", { cause: signal.reason });
    done = sweep.decide(study).kind === "done";
    return { study, outOfTime: time.signal.aborted && !done };
  } finally {
    clearTimeout(timer);
    await crew?.close(done);
    await file.close();
  }
}

/** The sweep's study in its journal, with what a process that died left running marked as interrupted. */
async function openStudy(file: JournalFile, records: JournalRecords, sweep: Sweep): Promise<Study> {
  const { name, goal, definition } = sweep;
  if (!file.journal.study(name)) {
    await file.append(records.createStudy({ id: file.journal.studies.length, name, goal, definition }));
  }
  const study = file.journal.study(name);
  if (!study)
    throw new HeddleError(`Journal ${file.path}: the study ${JSON.stringify(name)} could not be begun.`);
  sweep.checkStudy(file.path, study);
  for (const trial of study.trials) {
    if (trial.state === "running") await file.append(records.interrupt(trial));
  }
  return study;
}
