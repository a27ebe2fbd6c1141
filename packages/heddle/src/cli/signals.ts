import type { Terminal } from "./terminal.js";

/** The exit code where something went wrong that the user did not cause. */
export const EXIT_FAULT = 1;

/** The exit code where the user's words or data are wrong. */
export const EXIT_USAGE = 2;

/** The exit code of a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** npm, a shell or `timeout` may send a signal twice; within this time it counts as one. */
const ONE_PRESS_MS = 400;

/** Called when nobody reads what the program prints. */
const listeners = new Set<() => void>();

/**
 * The first Ctrl-C, SIGTERM or SIGHUP stops work at the next clean point, the second at once; one SIGHUP more does
 * nothing, because shells and systems both send it when a terminal closes. When nobody reads the output any more, as
 * after `| head`, work stops at the next clean point too.
 */
export function abortOnSignals(terminal: Terminal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstPress: number | undefined;
  const stop = (why: string) => {
    if (controller.signal.aborted) return;
    controller.abort();
    terminal.announceStop(why);
  };
  const press = () => {
    // Unlike the time of day, this clock never jumps.
    const now = performance.now();
    if (firstPress !== undefined && now - firstPress > ONE_PRESS_MS) process.exit(EXIT_INTERRUPTED);
    firstPress ??= now;
    stop("Stopping after the current step; press Ctrl-C again to stop at once.");
  };
  const hangUp = () => stop("Stopping after the current step, because the terminal was closed.");
  const nobodyReads = () => stop("Stopping after the current step, because nobody reads the output.");
  process.on("SIGINT", press);
  process.on("SIGTERM", press);
  process.on("SIGHUP", hangUp);
  listeners.add(nobodyReads);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", press);
      process.off("SIGTERM", press);
      process.off("SIGHUP", hangUp);
      listeners.delete(nobodyReads);
    },
  };
}

/** A closed pipe, as after `| head`, or terminal ends the program quietly; a training writes a checkpoint first. */
export function stopWhenUnread(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      const closed = code === "EPIPE" || code === "EIO";
      if (closed && listeners.size > 0) for (const listener of listeners) listener();
      else process.exit(closed ? (process.exitCode ?? 0) : EXIT_FAULT);
    });
  }
}
