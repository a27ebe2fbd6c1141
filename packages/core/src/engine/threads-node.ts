import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { ThreadEvents, ThreadHandle } from "./threads.js";

export type { ThreadEvents, ThreadHandle } from "./threads.js";

/** How many threads run at once on this machine. */
export function defaultThreads(): number {
  return availableParallelism();
}

export function startThread(events: ThreadEvents): ThreadHandle {
  const worker = new Worker(new URL("./worker-node.js", import.meta.url));
  let ended = false;
  worker.on("message", events.onMessage);
  worker.on("error", (error) => events.onDeath(error.message));
  worker.on("exit", (code) => {
    if (!ended) events.onDeath(`its thread ended with code ${code}`);
  });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    end: () => {
      ended = true;
      void worker.terminate();
    },
    keepAlive: (working) => (working ? worker.ref() : worker.unref()),
  };
}

/** Node 20 and 21 have relaxed SIMD behind a flag, which must be set before the first module is compiled. */
export function enableRelaxedSimd(): void {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");
}
