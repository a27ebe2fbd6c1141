/**
 * The errors that users see. Each names its source, says what was expected and what was received, and what to do next:
 *
 *     Dense "head": expected input [batch, 1600], received [batch, 5, 5, 64]. Add Flatten before it.
 */
export interface ErrorParts {
  /** The source: a layer with its name, a file, an option. */
  who: string;
  /** What was expected, as a noun phrase. */
  expected: string;
  /** What was received instead. */
  received: string;
  /** What to do next: a whole sentence. */
  next: string;
}

/** A mistake in the user's input: shown as one line, with exit code 2 on the command line. */
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

/** The longest part of a message: text from a file may have any length. */
const LONGEST_PART = 2000;

function clipped(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part;
}

/** Work that was stopped on request, by Ctrl-C or an `AbortSignal`. */
export class AbortedError extends HeddleError {
  override readonly name = "AbortedError";
}

/**
 * Ends work when a signal has fired.
 *
 * @param what the work, to name it: `"Reading a.csv"`
 * @throws AbortedError
 */
export function checkNotAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(`${what}: stopped on request.`);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
