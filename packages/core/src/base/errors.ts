/**
 * The errors that users meet. Each says who complains, what was expected, what came, and what to do next:
 *
 *     Dense "head": expected input [batch, 1600], received [batch, 5, 5, 64]. Add Flatten before it.
 */
export interface ErrorParts {
  /** Who complains: a layer with its name, a file, an option. */
  who: string;
  /** What was expected, as a noun phrase. */
  expected: string;
  /** What came instead. */
  received: string;
  /** What to do next: a whole sentence. */
  next: string;
}

/** A fault in what the user gave: shown as one line, exit code 2 on the command line. */
export class HeddleError extends Error {
  override readonly name: string = "HeddleError";

  constructor(parts: ErrorParts | string, options?: ErrorOptions) {
    super(
      typeof parts === "string"
        ? parts
        : `${clipped(parts.who)}: expected ${clipped(parts.expected)}, received ${clipped(parts.received)}. ${parts.next}`,
      options,
    );
  }
}

/** The longest part of a message: what a file says may be of any length. */
const LONGEST_PART = 2000;

function clipped(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part;
}

/** Work that was stopped on request, by Ctrl-C or an `AbortSignal`. */
export class AbortedError extends HeddleError {
  override readonly name = "AbortedError";
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
