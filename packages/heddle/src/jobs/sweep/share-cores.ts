import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** How the cores of a machine are shared out. */
export interface CoreShares {
  /** How many processes train at once. */
  readonly workers: number;
  /** Threads of each. */
  readonly threads: number;
}

/**
 * Processes and threads that use every core once.
 *
 * @param most how many processes are of use
 * @throws HeddleError when there would be more threads than cores
 */
export function shareCores(
  cores: number,
  most: number,
  { workers, threads }: { readonly [Name in keyof CoreShares]: number | undefined },
): CoreShares {
  const shared = workers ?? Math.max(1, Math.min(most, Math.floor(cores / (threads ?? 1))));
  const each = threads ?? Math.max(1, Math.floor(cores / shared));
  if (shared * each <= cores) return { workers: shared, threads: each };
  throw new HeddleError({
    who: "Sweep",
    expected: `no more threads than the ${cores} cores that there are`,
    received: `${shared} \`workers\` with ${each} \`threads\` each`,
    next: "Lower one of the two.",
  });
}
