import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { SweepQueue } from "@heddle/core/internal/sweep/queue.js";

/** The package that has queues. It is installed by those who use several machines. */
const PACKAGE = "@heddle/sweep-bullmq";

/**
 * Opens the queue of a URL.
 *
 * @throws HeddleError when the package is missing, the URL does not fit, or the database cannot be reached
 */
export async function openQueue(url: string): Promise<SweepQueue> {
  let queues: { openQueue(url: string): Promise<SweepQueue> };
  try {
    queues = await import(PACKAGE);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(PACKAGE)) throw thrown;
    throw new HeddleError({
      who: "`queue`",
      expected: `the package ${PACKAGE}, which brings queues on Redis and PostgreSQL`,
      received: "an installation without it",
      next: `Install it: npm install ${PACKAGE}`,
    });
  }
  return queues.openQueue(url);
}
