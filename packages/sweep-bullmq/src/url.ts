import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** The variable of the environment that holds the password of the queue's database. */
export const PASSWORD_VARIABLE = "HEDDLE_QUEUE_PASSWORD";

/** Where a queue's database is. */
export interface QueueAddress {
  readonly kind: "redis" | "postgres";
  /** With the password. */
  readonly url: URL;
  /** Without it, for people. */
  readonly place: string;
}

/**
 * Reads the URL of a queue. A password in it could be read in the list of processes and in the files of a sweep: it comes
 * from the environment.
 *
 * @throws HeddleError on another kind of URL, or one with a password
 */
export function readQueueUrl(text: string, env: NodeJS.ProcessEnv = process.env): QueueAddress {
  const who = "Queue";
  const expected = "redis://HOST:PORT, rediss:// (TLS) or postgres://USER@HOST:PORT/DATABASE";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A text that is no URL may hold a password all the same: it is not repeated.
  const next = "docs/sweeps.md shows them.";
  if (!url) throw new HeddleError({ who, expected, received: "another text", next });
  const kind = { "redis:": "redis", "rediss:": "redis", "postgres:": "postgres", "postgresql:": "postgres" }[
    url.protocol
  ] as QueueAddress["kind"] | undefined;
  if (!kind) throw new HeddleError({ who, expected, received: `${url.protocol}//`, next });
  if (url.password !== "" || url.searchParams.has("password")) {
    throw new HeddleError({
      who,
      expected: "no password in the URL, where others can read it",
      received: "one",
      next: `Remove it, and set the environment variable ${PASSWORD_VARIABLE}.`,
    });
  }
  const place = url.href;
  const password = env[PASSWORD_VARIABLE];
  if (password) url.password = encodeURIComponent(password);
  return { kind, url, place };
}
