import type { Terminal } from "./terminal.js";

/** The exit code of a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** What npm, a shell or `timeout` sends twice within this time is one wish. */
const ONE_PRESS_MS = 400;

/** Those who stop when nobody reads what the program prints. */
const listeners = new Set<() => void>();

/**
 * The first Ctrl-C, SIGTERM or SIGHUP stops work at the next clean point, the second at once; one SIGHUP more does
 * nothing, as shells and systems both send it when a terminal closes. When nobody reads the output any more, as behind
 * `| head`, work stops at the next clean point too.
 */
export function abortOnSignals(terminal: Terminal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstPress: number | undefined;
  const stop = (why: string) => {
    if (controller.signal.aborted) return;
    controller.abort();
    terminal.clear();
    process.stderr.write(`${why}\n`);
  };
  const press = () => {
    // Not the time of day, which may jump.
    const now = performance.now();
    if (firstPress !== undefined && now - firstPress > ONE_PRESS_MS) process.exit(EXIT_INTERRUPTED);
    firstPress ??= now;
    stop("Stopping after the step under way; press Ctrl-C again to stop at once.");
  };
  const hangUp = () => stop("Stopping after the step under way, as the terminal was closed.");
  const nobodyReads = () => stop("Stopping after the step under way, as nobody reads the output.");
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

/** Stops work that can be stopped; false where there is none. */
export function stopAsNobodyReads(): boolean {
  for (const listener of listeners) listener();
  return listeners.size > 0;
}
