import { createPostgresBackend, type PostgresConnectionOptions, runMigrations, withBackend } from "bullmq";
import pg from "pg";
import type { Backend } from "./backend.js";
import { PostgresStore } from "./postgres-store.js";

const CONNECT_MS = 5000;
/** Queries at once; a connection that listens counts too. */
const MOST_CONNECTIONS = 12;
/** BullMQ's schema, where it looks for its tables if it is passed a pool. */
const SCHEMA = "bullmq";

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
      inOrder: 1,
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
