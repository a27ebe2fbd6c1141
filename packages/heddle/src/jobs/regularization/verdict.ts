import type { MeanInterval } from "@heddle/core/internal/evaluate/mean-interval.js";
import { REFERENCE } from "./regimes.js";
import type { RegimeResult } from "./results.js";

/** What a study says about a claim that one regime outperforms others. */
export type Outcome = "supported" | "contradicted" | "undecided";

/** The reference against a regime that it is claimed to outperform. */
export interface Contest {
  /** As written within a sentence: `L2`. */
  readonly rival: string;
  /** Test accuracy of the claimed winner minus the rival's, seed by seed. */
  readonly advantage: MeanInterval;
}

/** The verdict on a claim. */
export interface Verdict {
  readonly outcome: Outcome;
  /** One sentence with its numbers. */
  readonly sentence: string;
  readonly contests: readonly Contest[];
}

/**
 * Supported where every interval lies above zero, contradicted where one lies below, undecided otherwise: an interval
 * that spans zero does not tell which is better.
 */
export function outcomeOf(contests: readonly Contest[]): Outcome {
  if (contests.some(({ advantage }) => advantage.high < 0)) return "contradicted";
  return contests.length > 0 && contests.every(({ advantage }) => advantage.low > 0)
    ? "supported"
    : "undecided";
}

/**
 * Judges the claim that the reference outperforms some regimes.
 *
 * @param rivals names of these regimes
 */
export function judge(results: readonly RegimeResult[], rivals: readonly string[]): Verdict {
  const reference = results.find(({ regime }) => regime.name === REFERENCE);
  const contests = rivals.flatMap((name): Contest[] => {
    const rival = results.find(({ regime }) => regime.name === name);
    if (!rival?.difference) return [];
    return [{ rival: inSentence(rival.regime.title), advantage: reversed(rival.difference) }];
  });
  const outcome = outcomeOf(contests);
  const winner = inSentence(reference?.regime.title ?? REFERENCE);
  const seeds = contests[0]?.advantage.count ?? 0;
  return { outcome, sentence: sentenceOf({ outcome, winner, seeds, contests }), contests };
}

/** `Pooling + L1` → `pooling + L1`; `L1` stays. */
function inSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** The same difference seen from the other side. */
function reversed({ mean, low, high, ...rest }: MeanInterval): MeanInterval {
  return { ...rest, mean: -mean, low: -high, high: -low };
}

function sentenceOf(of: {
  readonly outcome: Outcome;
  readonly winner: string;
  readonly seeds: number;
  readonly contests: readonly Contest[];
}): string {
  const { outcome, winner, seeds, contests } = of;
  const each = contests.map(({ rival, advantage: { mean, low, high } }, index) => {
    const unit = index === 0 ? " points of test accuracy, 95% interval " : ", ";
    return `${rival} (${points(mean)}${unit}${points(low)} to ${points(high)})`;
  });
  switch (outcome) {
    case "supported":
      return `Supported by ${seeds} seeds: ${winner} outperforms ${listed(each, "and")}.`;
    case "contradicted": {
      const lost = contests.filter(({ advantage }) => advantage.high < 0).map(({ rival }) => rival);
      return `Contradicted by ${seeds} seeds: ${winner} is outperformed by ${listed(lost, "and")}; it differs from ${listed(each, "and from")}.`;
    }
    case "undecided": {
      const undecided = contests
        .filter(({ advantage }) => !(advantage.low > 0))
        .map(({ advantage: _, rival }) => rival);
      const intervals = undecided.length === 1 ? ["interval of", "spans"] : ["intervals of", "span"];
      return `Undecided by ${seeds} seeds: ${winner} differs from ${listed(each, "and from")}; the ${intervals[0]} ${listed(undecided, "and")} ${intervals[1]} zero.`;
    }
  }
}

/** `0.0123` → `+1.23`, in percentage points. */
export function points(fraction: number): string {
  const text = Math.abs(100 * fraction).toFixed(2);
  if (text === "0.00") return "0.00";
  return `${fraction < 0 ? "−" : "+"}${text}`;
}

/** `A, B and C`. */
function listed(parts: readonly string[], last: string): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${last} ${parts.at(-1)}`;
}
