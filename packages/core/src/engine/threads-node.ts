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
  if (major < 22) setFlag("experimental-wasm-relaxed-simd");
}

/**
 * Sets a flag of V8 by its name, where its pass that merges 128-bit vectors into 256-bit ones works: in Node 24 or newer on x86-64, but
 * not on macOS, whose builds leave it out. Not where the environment says `HEDDLE_WIDE=0`.
 */
export function wideSwitch(): ((flag: string) => void) | undefined {
  const { versions, arch, platform, env } = process;
  const isNode = !("bun" in versions || "deno" in versions);
  const works =
    isNode && Number(versions.node.split(".")[0]) >= 24 && arch === "x64" && platform !== "darwin";
  return works && env["HEDDLE_WIDE"] !== "0" ? setFlag : undefined;
}

/** Sets a flag of V8, for the whole process and all that it compiles from now on. */
function setFlag(flag: string): void {
  setFlagsFromString(`--${flag}`);
}
