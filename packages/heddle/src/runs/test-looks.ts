import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { type OnDamagedLine, readLines } from "@heddle/core/internal/records/lines.js";

/** Why a run's test images were looked at. */
export const lookReasons = ["validation", "end of training", "evaluate", "explain"] as const;
export type LookReason = (typeof lookReasons)[number];

/** One line of `test-looks.jsonl`: the model was evaluated on the test images once. */
export interface TestLook {
  /** ISO 8601. */
  readonly at: string;
  readonly reason: LookReason;
}

/** A look as its line. */
export function formatLook(look: TestLook): string {
  return `${JSON.stringify(look)}\n`;
}

/**
 * Reads `test-looks.jsonl`.
 *
 * @param file the file's path, for the warnings
 */
export function parseLooks(file: string, text: string, onDamaged?: OnDamagedLine): readonly TestLook[] {
  const read = (look: JsonFields) => ({ at: look.time("at"), reason: look.oneOf("reason", lookReasons) });
  return readLines(file, text, read, onDamaged);
}

/** How often the test images were looked at, and what that means, in one sentence. */
export function looksSentence(looks: readonly TestLook[]): string {
  const of = (reason: LookReason) => looks.filter((look) => look.reason === reason).length;
  const parts = [
    [of("validation"), "to validate an epoch"],
    [of("end of training"), "at the end of training"],
    [of("evaluate"), "for an evaluation"],
    [of("explain"), "for explanations"],
  ] as const;
  const counts = parts.filter(([count]) => count > 0).map(([count, why]) => `${times(count)} ${why}`);
  const list = counts.length > 1 ? `${counts.slice(0, -1).join(", ")} and ${counts.at(-1)}` : counts.join("");
  const total = looks.length === 0 ? "never" : times(looks.length);
  const because = counts.length > 0 ? ` (${list})` : "";
  return `This run's test images were looked at ${total}${because}; if any of these looks influenced the training, the test accuracy is a little too optimistic.`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${groupDigits(count)} times`;
}
