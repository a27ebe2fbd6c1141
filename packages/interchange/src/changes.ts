import { HeddleError } from "@heddle/core";
import type { ChangedAnswers, ImageSource } from "@heddle/core/internal/standalone/index.js";

/** What is measured about rounded weights. */
export interface Changes {
  /** In the values that the model takes, such as a test set. */
  readonly images: ImageSource;
  /**
   * Of how many images the answer may change.
   *
   * @defaultValue any number
   */
  readonly maxChanged?: number;
  /** Called with what was measured. */
  readonly onMeasured?: (changed: ChangedAnswers) => void;
}

/**
 * Refuses weights whose rounding changes more answers than are allowed.
 *
 * @param who the model, for errors
 */
export function checkChanged(
  who: string,
  weights: string,
  changed: ChangedAnswers,
  { maxChanged, onMeasured }: Pick<Changes, "maxChanged" | "onMeasured">,
): void {
  onMeasured?.(changed);
  const { answers, images } = changed;
  if (maxChanged === undefined || answers <= maxChanged) return;
  throw new HeddleError({
    who,
    expected: `weights in ${weights} that change at most ${maxChanged} of ${images} answers`,
    received: `${answers} that change`,
    next: "Keep more bits with `weights`, or allow more with `maxChanged`.",
  });
}
