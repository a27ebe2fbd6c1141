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
        : `${clipped(parts.who)}: expected ${clipped(parts.expected)}, received ${ended(clipped(parts.received))} ${parts.next}`,
      options,
    );
  }
}

/** The longest part of a message: text from a file may have any length. */
const LONGEST_PART = 2000;

/** Ends a sentence, unless what was received is one: another error's message, say. */
function ended(part: string): string {
  return part.endsWith(".") ? part : `${part}.`;
}

function clipped(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part;
}

/** A file asks for what Heddle does not have. */
export class UnsupportedError extends HeddleError {
  readonly #missing: readonly string[];

  /** @param missing everything of the kind, in words: `renorm true of BatchNormalization "bn"` */
  constructor(parts: ErrorParts | string, missing: readonly string[]) {
    super(parts);
    this.#missing = missing;
  }

  get missing(): readonly string[] {
    return this.#missing;
  }
}

/** Gathers what several pieces of work find missing, so that one error can name all of it. */
export class MissingParts {
  readonly names = new Set<string>();
  private first: UnsupportedError | undefined;

  /** The result of work, or undefined if something is missing. */
  collect<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof UnsupportedError)) throw thrown;
      this.first ??= thrown;
      for (const name of thrown.missing) this.names.add(name);
      return undefined;
    }
  }

  /** @throws UnsupportedError with the first error's message, and the names of everything that is missing */
  check(): void {
    if (this.first) throw new UnsupportedError(this.first.message, [...this.names]);
  }
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
