import type { Terminal } from "./terminal.js";

/** The exit code of a program that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** The first Ctrl-C (or SIGTERM) stops work at the next clean point, the second at once. */
export function abortOnSignals(terminal: Terminal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    terminal.clear();
    process.stderr.write("Stopping after the step under way; press Ctrl-C again to stop at once.\n");
    controller.abort();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
