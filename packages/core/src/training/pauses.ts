import { HeddleError } from "../base/errors.js";
import type { Callback } from "../callbacks/callback.js";

/** Says when a run of steps has to halt, until it is released. */
export interface Watch {
  readonly signal: AbortSignal | undefined;
  release(): void;
}

/** Halts with a signal alone. */
export function unhurried(signal: AbortSignal | undefined): Watch {
  return { signal, release: () => {} };
}

/** When a training pauses within an epoch: as often as any of its callbacks asks for. */
export class Pauses {
  private readonly everySteps: readonly number[];
  private readonly everyMs: number;
  private last = performance.now();

  /** @throws HeddleError when a callback asks for a pause every so many steps or seconds that are no number above 0 */
  constructor(callbacks: readonly Callback[]) {
    const wishes = callbacks.flatMap(({ pauseEvery }) => pauseEvery ?? []);
    for (const wish of wishes) checkWish(wish);
    this.everySteps = wishes.flatMap((wish) => ("steps" in wish ? wish.steps : []));
    this.everyMs = 1000 * Math.min(...wishes.map((wish) => ("seconds" in wish ? wish.seconds : Infinity)));
  }

  /** Steps to the next pause that is counted in steps, at least one; Infinity where there is none. */
  stepsFrom(step: number): number {
    return Math.min(...this.everySteps.map((every) => every - (step % every)));
  }

  /** Whether to pause behind so many steps, counted as `stepsFrom` counts them, or at this time. */
  isDue(step: number): boolean {
    return this.everySteps.some((every) => step % every === 0) || this.msLeft <= 0;
  }

  /** Everything is kept: the time to the next pause begins. */
  begin(): void {
    this.last = performance.now();
  }

  /** Halts with `signal`, or when a pause is due by time. */
  watch(signal: AbortSignal | undefined): Watch {
    if (this.everyMs === Infinity) return unhurried(signal);
    const halt = new AbortController();
    const abort = () => halt.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    // Timers hold 31 bits of milliseconds; what fires early pauses nothing.
    const timer = setTimeout(abort, Math.min(Math.max(0, this.msLeft), LONGEST_TIMER_MS));
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

function checkWish(wish: { readonly steps: number } | { readonly seconds: number }): void {
  const [name, value] =
    "steps" in wish ? (["steps", wish.steps] as const) : (["seconds", wish.seconds] as const);
  if (name === "steps" ? Number.isSafeInteger(value) && value >= 1 : Number.isFinite(value) && value > 0)
    return;
  throw new HeddleError({
    who: "pauseEvery",
    expected: name === "steps" ? "a whole number of steps of at least 1" : "seconds above 0",
    received: String(value),
    next: "Correct the callback.",
  });
}
