import { type Lives, onEnd } from "./lifeline.js";
import type { FromThread, ToThread } from "./messages.js";
import type { Variant } from "./variant.js";

/** A thread as the engine sees it; `threads-node.ts` and `threads-web.ts` start one on their platform. */
export interface ThreadHandle {
  post(message: ToThread): void;
  /** Ends the thread at once. */
  end(): void;
  /** While work is under way the process must stay alive; idle threads do not keep it alive. */
  keepAlive(working: boolean): void;
}

export interface ThreadEvents {
  onMessage(message: FromThread): void;
  /** The thread died: it threw outside of a kernel, ran out of memory, or exited. */
  onDeath(reason: string): void;
}

/** What vectors of 256 bits take, where the platform can have them. */
export interface WidePlatform {
  /** Sets a flag of V8 by its name, for the whole process and all that it compiles from now on. */
  setFlag(flag: string): void;
  /** The wide build of the kernels, in base64. */
  kernels(variant: Variant): Promise<string>;
}

/** What the engine needs of a Web Worker: a browser's `Worker`, or Deno's or Bun's, is one. */
export interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listener: (event: { readonly message?: string }) => void): void;
}

/** A thread on a Web Worker that runs `@heddle/core/worker`. */
export function threadOn(worker: WebWorker, events: ThreadEvents): ThreadHandle {
  let hasEnded = false;
  worker.addEventListener("message", ({ data }) => {
    const message = data as FromThread | Lives;
    if (message.type !== "lives") return events.onMessage(message);
    onEnd(message, () => {
      if (!hasEnded) events.onDeath("its worker was ended");
    });
  });
  worker.addEventListener("error", ({ message }) => events.onDeath(message || DID_NOT_START));
  return {
    post: (message) => worker.postMessage(message),
    end: () => {
      hasEnded = true;
      worker.terminate();
    },
    keepAlive: () => {},
  };
}

/** An error event without a message: the worker's script was refused or not found. */
const DID_NOT_START =
  "its worker did not start. A Content-Security-Policy must allow `worker-src blob:`; where it cannot, pass `worker`";
