import { hearSignal } from "../system/hear-signal.js";
import type { Terminal } from "./terminal.js";

/** The exit code if something went wrong that the user did not cause. */
export const EXIT_FAULT = 1;

/** The exit code if the user's arguments or data are wrong. */
export const EXIT_USAGE = 2;

/** The exit code of a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** npm, a shell or `timeout` may send a signal twice; within this time it counts as one. */
const ONE_PRESS_MS = 400;

/** Called with the reason when what the program prints cannot be written. */
const listeners = new Set<(why: string) => void>();

/** What the user may stop. */
export interface Stoppable {
  readonly signal: AbortSignal;
  /** Between two pieces of work that leave no time for events: throws an AbortedError if it was stopped. */
  check(what: string): Promise<void>;
  /** Ends the watch: signals have their usual effect again. */
  release(): void;
}

/**
 * The first Ctrl-C, SIGTERM or SIGHUP stops work at the next clean point, the second at once; one SIGHUP more does
 * nothing, because shells and systems both send it when a terminal closes. When the output cannot be written any more,
 * as after `| head` or on a full disk, work stops at the next clean point too.
 *
 * @param what what is still done, for the line that says so
 */
export function abortOnSignals(terminal: Terminal, what = "the current step"): Stoppable {
  const controller = new AbortController();
  const { signal } = controller;
  let firstPress: number | undefined;
  const stop = (why: string) => {
    if (signal.aborted) return;
    controller.abort();
    terminal.announceStop(`Stopping after ${what}${why}`);
  };
  const press = (name: NodeJS.Signals) => {
    // Unlike the time of day, this clock never jumps.
    const now = performance.now();
    if (firstPress !== undefined && now - firstPress > ONE_PRESS_MS) endAtOnce(name);
    firstPress ??= now;
    stop("; press Ctrl-C again to stop at once.");
  };
  const hangUp = () => {
    firstPress ??= performance.now();
    stop(", because the terminal was closed.");
  };
  const unwritable = (why: string) => stop(`, because ${why}.`);
  process.on("SIGINT", press);
  process.on("SIGTERM", press);
  process.on("SIGHUP", hangUp);
  listeners.add(unwritable);
  return {
    signal,
    check: (what) => hearSignal(signal, what),
    release: () => {
      process.off("SIGINT", press);
      process.off("SIGTERM", press);
      process.off("SIGHUP", hangUp);
      listeners.delete(unwritable);
    },
  };
}

/** Does work that the user may stop; after it signals have their usual effect again. */
export async function stoppable(
  terminal: Terminal,
  work: (stop: Pick<Stoppable, "signal" | "check">) => Promise<void>,
  what?: string,
): Promise<void> {
  const { release, ...stop } = abortOnSignals(terminal, what);
  try {
    await work(stop);
  } finally {
    release();
  }
}

/** So long may the file system take to answer before the process ends without it. */
const PATIENCE_MS = 300;

/**
 * Ends the process, also where a system call hangs. `process.exit` waits for such a call, so that the process then ends
 * by the signal itself, which shells report as the same exit code.
 */
function endAtOnce(signal: NodeJS.Signals): void {
  const started = performance.now();
  const end = () => {
    if (!process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"))) {
      process.exit(EXIT_INTERRUPTED);
    }
    if (performance.now() - started < PATIENCE_MS) return void setTimeout(end, 10);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
  end();
}

/** Set when the output could not be written although somebody may have wanted to read it. */
let outputFault = false;

/** The exit code of a program that would have ended with `code`: not a success when its output is not all there. */
export function exitCodeFor(code: number): number {
  return outputFault ? EXIT_FAULT : code;
}

/**
 * Output that cannot be written ends the program; a training writes a checkpoint first. Quietly where nobody reads it, as
 * after `| head` or when a terminal closes, otherwise with the reason.
 */
export function stopWhenUnwritable(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): void {
  for (const stream of [stdout, stderr]) {
    stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
      const unread = code === "EPIPE" || code === "EIO";
      const reason = code === "ENOSPC" ? "its disk is full" : message;
      outputFault ||= !unread;
      if (listeners.size > 0) {
        const why = unread ? "nobody reads the output" : `the output cannot be written: ${reason}`;
        for (const listener of listeners) listener(why);
        return;
      }
      if (!unread && stream === stdout) stderr.write(`heddle: The output cannot be written: ${reason}.\n`);
      process.exit(exitCodeFor(unread ? Number(process.exitCode ?? 0) : EXIT_FAULT));
    });
  }
}
