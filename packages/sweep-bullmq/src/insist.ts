/** How long to wait before a database that cannot be reached is tried again. */
const PAUSE_MS = 500;

/** How often a warning is repeated while it cannot be reached. */
const WARNING_MS = 30_000;

/** Codes of Node, PostgreSQL (class 08, 53300, 57P01–57P03) and ioredis for a server that is away for a while. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ECONNABORTED|NR_CLOSED|08\d\d\d|53300|57P0[1-5])$/;
const AWAY_TEXT =
  /connection (is )?(closed|terminated|ended)|terminated (unexpectedly|due to)|timeout (expired|exceeded)|LOADING|max retries per request|client has encountered a connection error|not queryable|socket closed/i;

/** Whether an error says that a server cannot be reached at present. */
export function isAway(thrown: unknown): boolean {
  if (thrown instanceof AggregateError) return thrown.errors.some(isAway);
  const { code, message, name } = thrown as NodeJS.ErrnoException;
  return AWAY.test(String(code)) || AWAY_TEXT.test(String(message)) || name === "MaxRetriesPerRequestError";
}

/** Repeats calls to a database until it can be reached. */
export class Insistent {
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly place: string,
    private readonly onWarning: (message: string) => void,
    /** Ends it: what waits then fails with what it failed with last. */
    private readonly ended: AbortSignal,
  ) {}

  async call<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        if (!isAway(thrown) || this.ended.aborted) throw thrown;
        this.warn(thrown);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /** Says, not too often, that the queue cannot be reached. */
  warn(thrown: unknown): void {
    if (this.ended.aborted || performance.now() - this.warnedAt < WARNING_MS) return;
    this.warnedAt = performance.now();
    const { code, message } = thrown as NodeJS.ErrnoException;
    this.onWarning(`The queue at ${this.place} cannot be reached (${message || code}): trying again.`);
  }
}
