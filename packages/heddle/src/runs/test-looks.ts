import { groupDigits } from "@heddle/core/internal/base/format.js";
import { JsonFields } from "./json-fields.js";

/** Why a run's test images were looked at. */
export const lookReasons = ["validation", "end of training", "evaluate", "explain"] as const;
export type LookReason = (typeof lookReasons)[number];

/** One line of `test-looks.jsonl`: the test images were measured once. */
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
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file, the line and the first field that is wrong
 */
export function parseLooks(file: string, text: string): readonly TestLook[] {
  return text.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    const look = JsonFields.parse(`${file}, line ${index + 1}`, line);
    return [{ at: look.time("at"), reason: look.oneOf("reason", lookReasons) }];
  });
}

/** How often a test set was looked at, and what that means, in one sentence. */
export function looksSentence(looks: readonly TestLook[]): string {
  const of = (reason: LookReason) => looks.filter((look) => look.reason === reason).length;
  const parts = [
    [of("validation"), "to validate an epoch"],
    [of("end of training"), "at the end of training"],
    [of("evaluate"), "by heddle evaluate"],
    [of("explain"), "by heddle explain"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, why]) => `${times(count)} ${why}`);
  const list = told.length > 1 ? `${told.slice(0, -1).join(", ")} and ${told.at(-1)}` : told.join("");
  const total = looks.length === 0 ? "never" : times(looks.length);
  const because = told.length > 0 ? ` (${list})` : "";
  return `This run's test images were looked at ${total}${because}; wherever a look decided how training went on, the test accuracy is a little too good.`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${groupDigits(count)} times`;
}
