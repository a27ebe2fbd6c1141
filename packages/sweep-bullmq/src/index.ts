/** Queues of sweeps on Redis and PostgreSQL, by BullMQ. */
export { openQueue } from "./open-queue.js";
