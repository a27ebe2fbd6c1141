import { AbortedError, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { LockLostError } from "../../system/lock.js";
import { drawCurves } from "../report/run-report.js";
import type { RunUnderWay, Stage } from "./run-under-way.js";

/**
 * Leaves a stopped or failed run as complete as it can be.
 *
 * @param cause what ended it
 * @param stage what it ended; a fold names itself in the cause
 * @returns what to throw: the cause, or a message that says where training was when it was stopped
 * @throws HeddleError when the folder was deleted or moved, belongs to another process by now, or cannot be written
 */
export async function closeBroken(run: RunUnderWay, cause: unknown, stage: Stage): Promise<unknown> {
  // The folder is another process's now.
  if (run.job.signal.reason instanceof LockLostError) throw run.job.signal.reason;
  // A folder that is gone is not made again, and explains what went wrong.
  await run.folder.checkThere();
  try {
    await bringUpToDate(run, cause);
  } catch (second) {
    // A full disk must not hide what went wrong first.
    const message = `${messageOf(cause)} The run's folder could not be brought up to date: ${messageOf(second)}`;
    throw new HeddleError(message, { cause });
  }
  if (!(cause instanceof AbortedError)) return cause;
  return new AbortedError(stage === "folds" ? cause.message : stoppedAt(run, stage), { cause });
}

async function bringUpToDate({ job, folder, record, clock }: RunUnderWay, cause: unknown): Promise<void> {
  const timeSeconds = clock.seconds;
  const ended =
    cause instanceof AbortedError
      ? record.ended({ status: "stopped", timeSeconds })
      : record.ended({ status: "failed", timeSeconds, failure: messageOf(cause) });
  if (ended.status === "stopped") await folder.writeModel(job.model);
  for (const figure of await drawCurves(folder, job.dataset.title, job)) await folder.writeFigure(figure);
  await folder.writeRecord(ended);
}

function stoppedAt({ job, epochs }: RunUnderWay, stage: Stage): string {
  return stage === "data" || stage === "training"
    ? `Stopped in epoch ${epochs.length + 1} of ${job.epochs}.`
    : "Stopped after training, before the report was written.";
}
