import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { SweepQueue } from "@heddle/core/sweep";
import { BullCoordinator } from "./coordinator.js";
import { openPostgres } from "./postgres-backend.js";
import { openRedis } from "./redis-backend.js";
import { PASSWORD_VARIABLE, type QueueAddress, readQueueUrl } from "./url.js";
import { work } from "./work.js";

/**
 * Connects to the queue of a URL: `redis://HOST:PORT/NUMBER`, `rediss://` with TLS, or `postgres://USER@HOST:PORT/DATABASE`,
 * with TLS by `?sslmode=verify-full`. The password comes from the environment variable `HEDDLE_QUEUE_PASSWORD`.
 *
 * @throws HeddleError on another URL, one with a password, or when the database cannot be reached or refuses
 * @example
 * const queue = await openQueue("redis://queue.example");
 */
export async function openQueue(url: string): Promise<SweepQueue> {
  const address = readQueueUrl(url);
  const { kind, place } = address;
  const backend = await (kind === "redis" ? openRedis : openPostgres)(address.url).catch((thrown) => {
    throw refusal(address, thrown);
  });
  return {
    place,
    coordinate: (sweep, events) => BullCoordinator.open(backend, place, sweep, events),
    work: (options) => work(backend, place, options),
    close: () => backend.close(),
  };
}

function refusal({ kind, place }: QueueAddress, thrown: unknown): HeddleError {
  if (thrown instanceof HeddleError) return thrown;
  const { code, message, errors } = thrown as NodeJS.ErrnoException & { readonly errors?: readonly Error[] };
  const received = message || errors?.[0]?.message || String(code);
  const isLogin = /^28/.test(String(code)) || /NOAUTH|WRONGPASS|password/i.test(received);
  return new HeddleError({
    who: `Queue ${place}`,
    expected: `a ${kind === "redis" ? "Redis" : "PostgreSQL"} server that can be used`,
    received,
    next: isLogin
      ? `Set the environment variable ${PASSWORD_VARIABLE} to its password.`
      : "See that it runs, and that this machine reaches it.",
  });
}
