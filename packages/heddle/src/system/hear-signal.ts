import { setImmediate } from "node:timers/promises";
import { checkNotAborted } from "@heddle/core/internal/base/errors.js";

/**
 * Between two pieces of work that leave no time for events: hears a signal that has arrived, and obeys it.
 *
 * @param what the work, to name it: `"Drawing the figures"`
 * @throws AbortedError when `signal` has fired
 */
export async function hearSignal(signal: AbortSignal | undefined, what: string): Promise<void> {
  await setImmediate();
  checkNotAborted(signal, what);
}
