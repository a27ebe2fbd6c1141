/** What a worker posts first: the name of a lock that it holds for as long as it lives. */
export interface Lives {
  readonly type: "lives";
  readonly lock: string;
}

/** Browsers have locks; of the other runtimes with Web Workers not all do. */
function locks(): LockManager | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator?.locks;
}

/**
 * Holds a lock until this worker ends, however it ends, and tells its name. A browser has no event for a worker that ended,
 * but it takes back what the worker held.
 */
export function live(post: (message: Lives) => void): void {
  const lock = `heddle thread ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const held = () => {
    post({ type: "lives", lock });
    return new Promise<void>(() => {});
  };
  // Documents without an origin have none.
  locks()
    ?.request(lock, held)
    .catch(() => {});
}

/** Calls back when the holder of a lock has ended. */
export function onEnd({ lock }: Lives, ended: () => void): void {
  locks()
    ?.request(lock, ended)
    .catch(() => {});
}
