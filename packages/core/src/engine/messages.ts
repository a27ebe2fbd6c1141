import type { Program, RunRequest } from "./program.js";

/** What the engine posts to a thread. */
export type ToThread =
  | {
      readonly type: "start";
      readonly index: number;
      readonly module: WebAssembly.Module;
      /** Absent where memory cannot be shared: the only thread then creates its own. */
      readonly memory?: WebAssembly.Memory;
      readonly control?: Int32Array;
    }
  | { readonly type: "load"; readonly program: Program }
  | { readonly type: "unload"; readonly id: number }
  | { readonly type: "bind"; readonly id: number; readonly arrays: readonly Uint8Array[] }
  | { readonly type: "unbind"; readonly id: number }
  | { readonly type: "run"; readonly request: RunRequest }
  | { readonly type: "write"; readonly address: number; readonly bytes: Uint8Array }
  | { readonly type: "clear"; readonly address: number; readonly end: number }
  | { readonly type: "read"; readonly address: number; readonly byteLength: number };

/** What a thread answers to `start`, `run` and `read`, each once. */
export type FromThread =
  | { readonly type: "ready" }
  /** With `profile`: milliseconds spent in each call of the program, in the order of `callsOf`. */
  | { readonly type: "ran"; readonly callMs?: Float64Array }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string; readonly bystander: boolean };
