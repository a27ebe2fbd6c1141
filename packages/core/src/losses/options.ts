import { HeddleError } from "../base/errors.js";

/** Checks a label smoothing: from 0 to 1, 0 by default. */
export function labelSmoothingOf(who: string, value: number | undefined): number {
  const smoothing = value ?? 0;
  if (smoothing >= 0 && smoothing <= 1) return smoothing;
  throw new HeddleError({
    who,
    expected: "labelSmoothing to be from 0 to 1",
    received: String(value),
    next: "Correct labelSmoothing.",
  });
}
