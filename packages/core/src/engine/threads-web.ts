import type { FromThread } from "./messages.js";
import type { ThreadEvents, ThreadHandle } from "./threads.js";

export type { ThreadEvents, ThreadHandle } from "./threads.js";

/** How many threads run at once on this machine, as far as the browser tells. */
export function defaultThreads(): number {
  return navigator.hardwareConcurrency || 1;
}

export function startThread(events: ThreadEvents): ThreadHandle {
  const worker = new Worker(new URL("./worker-web.js", import.meta.url), { type: "module" });
  worker.onmessage = (event: MessageEvent<FromThread>) => events.onMessage(event.data);
  worker.onerror = (event) => events.onDeath(event.message);
  return {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
    keepAlive: () => {},
  };
}

/** The compiled kernels of this package, by file name. */
export async function readKernels(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`../kernels/${file}`, import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Browsers that have relaxed SIMD have it switched on. */
export function enableRelaxedSimd(): void {}
