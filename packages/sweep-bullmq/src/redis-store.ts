import type { Redis } from "ioredis";
import type { Store } from "./store.js";

const PREFIX = "heddle:sweep:";

const SWAP = `
local expected = ARGV[1]
if expected == "" then expected = false end
if redis.call("GET", KEYS[1]) ~= expected then return 0 end
if ARGV[2] == "" then redis.call("DEL", KEYS[1]) else redis.call("SET", KEYS[1], ARGV[2]) end
return 1`;

/** A store in Redis: a key for each value. */
export class RedisStore implements Store {
  constructor(private readonly redis: Redis) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.redis.getBuffer(PREFIX + key)) ?? undefined;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.redis.set(PREFIX + key, Buffer.from(value));
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.redis.del(keys.map((key) => PREFIX + key));
  }

  async removeAll(prefix: string): Promise<void> {
    for (let cursor = "0"; ; ) {
      const [next, keys] = await this.redis.scan(cursor, "MATCH", `${PREFIX}${prefix}*`, "COUNT", 1000);
      if (keys.length > 0) await this.redis.del(keys);
      if (next === "0") return;
      cursor = next;
    }
  }

  async swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean> {
    return (await this.redis.eval(SWAP, 1, PREFIX + key, expected ?? "", next ?? "")) === 1;
  }
}
