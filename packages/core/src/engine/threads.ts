import type { FromThread, ToThread } from "./messages.js";

/** A thread as the engine sees it; `threads-node.ts` and `threads-web.ts` start one on their platform. */
export interface ThreadHandle {
  post(message: ToThread): void;
  /** Ends the thread at once. */
  end(): void;
  /** While work is under way the process must stay alive; idle threads do not keep it. */
  keepAlive(working: boolean): void;
}

export interface ThreadEvents {
  onMessage(message: FromThread): void;
  /** The thread died: it threw outside of a kernel, ran out of memory, or exited. */
  onDeath(reason: string): void;
}
