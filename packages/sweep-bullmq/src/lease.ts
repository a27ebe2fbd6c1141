import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  describeProcess,
  isRunning,
  type ProcessDescription,
} from "@heddle/core/internal/base/process-node.js";
import type { Store } from "./store.js";

/** How often a holder shows that it is alive. */
const BEAT_MS = 1000;
/** How long a lease may stay as it is before its holder counts as dead. */
const SILENCE_MS = 5000;

interface Claim extends ProcessDescription {
  readonly token: string;
  readonly beat: number;
}

/**
 * A name in the queue's database that one process at a time has. Whether a holder is alive is seen by its value, which
 * changes every second: no clock is compared with another one.
 */
export class Lease {
  private readonly gone = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;

  private constructor(
    private readonly store: Store,
    private readonly key: string,
    private claim: Claim,
    private readonly call: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.wait();
  }

  /**
   * Takes a name, from a dead process if need be.
   *
   * @param call repeats what fails while the database cannot be reached
   * @throws HeddleError when a process that is alive has it
   */
  static async take(
    store: Store,
    key: string,
    token: string,
    call: <T>(work: () => Promise<T>) => Promise<T>,
  ): Promise<Lease> {
    const me = await describeProcess();
    const claim = { ...me, token, beat: 0 };
    const since = performance.now();
    let before: string | undefined;
    for (;;) {
      const now = await call(() => textOf(store, key));
      if (now === undefined || (await isDead(now, me)) || isSilent(now, before, since)) {
        if (await call(() => store.swap(key, now, JSON.stringify(claim)))) {
          return new Lease(store, key, claim, call);
        }
      } else if (before !== undefined && now !== before) throw takenError(now);
      before ??= now;
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS / 2));
    }
  }

  /** Aborts when another process has it. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  async release(): Promise<void> {
    clearTimeout(this.timer);
    await this.beating;
    clearTimeout(this.timer);
    if (!this.gone.signal.aborted) {
      await this.store.swap(this.key, JSON.stringify(this.claim), undefined).catch(() => {});
    }
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      this.beating = this.beat().catch((thrown) => this.gone.abort(thrown));
    }, BEAT_MS);
  }

  private async beat(): Promise<void> {
    const now = await this.call(() => textOf(this.store, this.key));
    // A database that lost its last second may have an earlier beat, or none.
    if (now !== undefined && readClaim(now)?.token !== this.claim.token) throw takenError(now);
    const next = { ...this.claim, beat: this.claim.beat + 1 };
    if (await this.call(() => this.store.swap(this.key, now, JSON.stringify(next)))) this.claim = next;
    this.wait();
  }
}

async function textOf(store: Store, key: string): Promise<string | undefined> {
  const bytes = await store.get(key);
  return bytes && new TextDecoder().decode(bytes);
}

function readClaim(text: string): Claim | undefined {
  try {
    const claim = JSON.parse(text) as Claim;
    return typeof claim.token === "string" ? claim : undefined;
  } catch {
    return undefined;
  }
}

/** Whether its process is of this machine, and has ended. */
async function isDead(text: string, me: ProcessDescription): Promise<boolean> {
  const claim = readClaim(text);
  return claim !== undefined && claim.scope !== "" && claim.scope === me.scope && !(await isRunning(claim));
}

function isSilent(now: string, before: string | undefined, since: number): boolean {
  return now === before && performance.now() - since > SILENCE_MS;
}

function takenError(text: string): HeddleError {
  const claim = readClaim(text);
  return new HeddleError({
    who: "Sweep",
    expected: "no other coordinator at work on it",
    received: claim ? `process ${claim.pid} on ${claim.host}` : "one that cannot be read",
    next: "Wait until it ends. To use this machine too, start a worker.",
  });
}
