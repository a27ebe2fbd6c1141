import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { ThreadEvents, ThreadHandle, WidePlatform } from "./threads.js";
import type { Variant } from "./variant.js";

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
 * V8's pass that merges 128-bit vectors into 256-bit ones works in Node 24 or newer on x86-64, but not on macOS, whose
 * builds leave it out. Not used where the environment says `HEDDLE_WIDE=0`.
 */
export function widePlatform(): WidePlatform | undefined {
  const { versions, arch, platform, env } = process;
  const isNode = !("bun" in versions || "deno" in versions);
  const works =
    isNode && Number(versions.node.split(".")[0]) >= 24 && arch === "x64" && platform !== "darwin";
  return works && env["HEDDLE_WIDE"] !== "0" ? { setFlag, kernels: wideKernels } : undefined;
}

async function wideKernels(variant: Variant): Promise<string> {
  const { base64 } = await (variant === "strict"
    ? import("./kernels-strict-wide.js")
    : import("./kernels-fma-wide.js"));
  return base64;
}

function setFlag(flag: string): void {
  setFlagsFromString(`--${flag}`);
}
