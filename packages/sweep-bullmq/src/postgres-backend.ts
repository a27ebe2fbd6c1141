import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { createPostgresBackend, type PostgresConnectionOptions, runMigrations, withBackend } from "bullmq";
import pg from "pg";
import type { Backend } from "./backend.js";
import { PostgresStore } from "./postgres-store.js";

const CONNECT_MS = 5000;
/** Queries at once; a connection that listens counts too. */
const MOST_CONNECTIONS = 12;
/** BullMQ's schema, where it looks for its tables if it is passed a pool. */
const SCHEMA = "bullmq";

/** BullMQ's locks are times of the worker's clock there: one that is far off would take trials from those at work. */
const MOST_OFF_SECONDS = 5;

async function checkClock(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query("SELECT extract(epoch FROM clock_timestamp())::float8 AS now");
  const off = Date.now() / 1000 - rows[0].now;
  if (Math.abs(off) <= MOST_OFF_SECONDS) return;
  throw new HeddleError({
    who: "Queue",
    expected: `a clock that is at most ${MOST_OFF_SECONDS} s off the PostgreSQL server's`,
    received: `one that is ${Math.abs(off).toFixed(0)} s ${off > 0 ? "ahead" : "behind"}`,
    next: "Set the clock of this machine, or use a queue on Redis, which keeps its own time.",
  });
}

/**
 * Connects to PostgreSQL, and makes the tables that are missing.
 *
 * @throws the error of the first connection
 */
export async function openPostgres(url: URL): Promise<Backend> {
  const pool = new pg.Pool({
    connectionString: url.href,
    connectionTimeoutMillis: CONNECT_MS,
    max: MOST_CONNECTIONS,
    keepAlive: true,
    application_name: "heddle",
    options: `-c search_path=${SCHEMA}`,
  });
  // Of connections that nobody uses at the time: whoever uses one hears of it.
  pool.on("error", () => {});
  try {
    const client = await pool.connect();
    try {
      await checkClock(client);
      await runMigrations(client);
    } finally {
      client.release();
    }
    const store = await PostgresStore.open(pool);
    const { Queue, QueueEvents, Worker } = withBackend(createPostgresBackend);
    // The pool has what BullMQ asks of one; their types of a query's values differ.
    const shared = { connection: pool as unknown as PostgresConnectionOptions };
    return {
      store,
      queue: (name) => new Queue(name, shared),
      events: (name) => new QueueEvents(name, shared),
      worker: (name, process, worker) => new Worker(name, process, { ...shared, ...worker }),
      close: () => pool.end(),
    };
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
}
