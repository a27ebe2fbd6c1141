import { type ThreadEvents, type ThreadHandle, threadOn, type WidePlatform } from "./threads.js";
import { workerSource } from "./worker-source.js";

export type { ThreadEvents, ThreadHandle } from "./threads.js";

let workerUrl: string | undefined;

/** How many threads run at once on this machine, as far as the browser tells. */
export function defaultThreads(): number {
  return navigator.hardwareConcurrency || 1;
}

/** Starts a worker from a Blob: its code comes with this module, so that no bundler has to find a second file. */
export function startThread(events: ThreadEvents): ThreadHandle {
  workerUrl ??= URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  return threadOn(new Worker(workerUrl), events);
}

/** Browsers that have relaxed SIMD have it switched on. */
export function enableRelaxedSimd(): void {}

/** No page can switch on what Node can. */
export function widePlatform(): WidePlatform | undefined {
  return undefined;
}
