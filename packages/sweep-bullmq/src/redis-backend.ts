import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import type { Backend } from "./backend.js";
import { RedisStore } from "./redis-store.js";

/** How long a connection may take to be made, and how long to wait at most until the next try. */
const CONNECT_MS = 5000;
const LONGEST_PAUSE_MS = 1000;

/** Where BullMQ's keys begin. */
const PREFIX = "heddle";

/**
 * Connects to Redis.
 *
 * @throws the error of the first connection
 */
export async function openRedis(url: URL): Promise<Backend> {
  const options: RedisOptions = {
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    keepAlive: CONNECT_MS,
    lazyConnect: true,
  };
  const probe = new Redis(url.href, { ...options, retryStrategy: () => null });
  // What fails is thrown by `connect`.
  let cause: Error | undefined;
  probe.on("error", (thrown: Error) => {
    cause ??= thrown;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (thrown) {
    throw cause ?? thrown;
  } finally {
    probe.disconnect();
  }
  const retryStrategy = (times: number) => Math.min(50 * times, LONGEST_PAUSE_MS);
  const redis = new Redis(url.href, { ...options, retryStrategy });
  // BullMQ's parts report the same errors.
  redis.on("error", () => {});
  await redis.connect();
  const shared = { connection: redis, prefix: PREFIX };
  return {
    store: new RedisStore(redis),
    queue: (name) => new Queue(name, shared),
    events: (name) => new QueueEvents(name, shared),
    worker: (name, process, worker) => new Worker(name, process, { ...shared, ...worker }),
    close: async () => redis.disconnect(),
  };
}
