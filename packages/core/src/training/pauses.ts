import { HeddleError } from "../base/errors.js";
import type { Callback } from "../callbacks/callback.js";

/** Halts a run of steps by a signal, until it is released. */
export interface Watch {
  readonly signal: AbortSignal | undefined;
  release(): void;
}

/** Halts only by a given signal. */
export function unhurried(signal: AbortSignal | undefined): Watch {
  return { signal, release: () => {} };
}

/** When a training pauses within an epoch: as often as any of its callbacks demands. */
export class Pauses {
  private readonly everySteps: readonly number[];
  private readonly everyMs: number;
  private last = performance.now();

  /** @throws HeddleError when a callback's `pauseEvery` is not a number above 0 */
  constructor(callbacks: readonly Callback[]) {
    const intervals = callbacks.flatMap(({ pauseEvery }) => pauseEvery ?? []);
    for (const interval of intervals) checkInterval(interval);
    this.everySteps = intervals.flatMap((interval) => ("steps" in interval ? interval.steps : []));
    this.everyMs =
      1000 * Math.min(...intervals.map((interval) => ("seconds" in interval ? interval.seconds : Infinity)));
  }

  /** Steps to the next pause that is counted in steps, at least one; Infinity where there is none. */
  stepsFrom(step: number): number {
    return Math.min(...this.everySteps.map((every) => every - (step % every)));
  }

  /** Whether to pause after this many steps, counted as for `stepsFrom`, or because of the time. */
  isDue(step: number): boolean {
    return this.everySteps.some((every) => step % every === 0) || this.msLeft <= 0;
  }

  /** Starts the time to the next pause. */
  begin(): void {
    this.last = performance.now();
  }

  /** Halts with `signal`, or when a pause is due by time. */
  watch(signal: AbortSignal | undefined): Watch {
    if (this.everyMs === Infinity) return unhurried(signal);
    const halt = new AbortController();
    const abort = () => halt.abort();
    const { msLeft } = this;
    if (signal?.aborted || msLeft <= 0) abort();
    signal?.addEventListener("abort", abort);
    // Timers hold 31 bits of milliseconds; one that fires early pauses nothing.
    const timer = setTimeout(abort, Math.min(Math.max(0, msLeft), LONGEST_TIMER_MS));
    return {
      signal: halt.signal,
      release: () => {
        signal?.removeEventListener("abort", abort);
        clearTimeout(timer);
      },
    };
  }

  private get msLeft(): number {
    // Not the time of day, which may jump.
    return this.last + this.everyMs - performance.now();
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function checkInterval(interval: { readonly steps: number } | { readonly seconds: number }): void {
  const [name, value] =
    "steps" in interval ? (["steps", interval.steps] as const) : (["seconds", interval.seconds] as const);
  if (name === "steps" ? Number.isSafeInteger(value) && value >= 1 : Number.isFinite(value) && value > 0)
    return;
  throw new HeddleError({
    who: "pauseEvery",
    expected: name === "steps" ? "a whole number of steps of at least 1" : "seconds above 0",
    received: String(value),
    next: "Correct the callback's `pauseEvery`.",
  });
}
