import type { Pool } from "pg";
import type { Store } from "./store.js";

/** Serializes workers that make the table at the same time. */
const MAKING = 0x4865_6464;

/** A store in PostgreSQL: a row for each value. */
export class PostgresStore implements Store {
  private constructor(private readonly pool: Pool) {}

  /** Makes the table if it is missing. */
  static async open(pool: Pool): Promise<PostgresStore> {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT pg_advisory_xact_lock($1)", [MAKING]);
      await client.query("CREATE SCHEMA IF NOT EXISTS heddle");
      await client.query(
        "CREATE TABLE IF NOT EXISTS heddle.sweep_values (key text PRIMARY KEY, value bytea NOT NULL)",
      );
      await client.query("COMMIT");
    } catch (thrown) {
      await client.query("ROLLBACK").catch(() => {});
      throw thrown;
    } finally {
      client.release();
    }
    return new PostgresStore(pool);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.pool.query("SELECT value FROM heddle.sweep_values WHERE key = $1", [key]);
    return rows[0]?.value;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.pool.query(
      "INSERT INTO heddle.sweep_values VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [key, Buffer.from(value)],
    );
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.pool.query("DELETE FROM heddle.sweep_values WHERE key = ANY($1)", [keys]);
  }

  async removeAll(prefix: string): Promise<void> {
    await this.pool.query("DELETE FROM heddle.sweep_values WHERE starts_with(key, $1)", [prefix]);
  }

  async swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean> {
    const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
    const { rowCount } =
      expected === undefined
        ? await this.pool.query("INSERT INTO heddle.sweep_values VALUES ($1, $2) ON CONFLICT DO NOTHING", [
            key,
            bytes(next),
          ])
        : next === undefined
          ? await this.pool.query("DELETE FROM heddle.sweep_values WHERE key = $1 AND value = $2", [
              key,
              bytes(expected),
            ])
          : await this.pool.query("UPDATE heddle.sweep_values SET value = $3 WHERE key = $1 AND value = $2", [
              key,
              bytes(expected),
              bytes(next),
            ]);
    return rowCount === 1;
  }
}
