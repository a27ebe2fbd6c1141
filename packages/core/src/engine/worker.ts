import { messageOf } from "../base/errors.js";
import { CONTROL_WORDS, TeamFailed } from "./control.js";
import { MAXIMUM_PAGES } from "./kernel-table.js";
import type { FromThread, ToThread } from "./messages.js";
import { Thread } from "./thread.js";

/** Answers the engine's messages in a worker, in Node as in a browser. */
export function serveTeam(post: (message: FromThread) => void): (message: ToThread) => void {
  let thread: Thread | undefined;
  let memory: WebAssembly.Memory | undefined;

  const handle = (message: ToThread): void => {
    switch (message.type) {
      case "start": {
        memory = message.memory ?? new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES });
        const control = message.control ?? new Int32Array(CONTROL_WORDS);
        thread = new Thread(message.index, message.module, memory, control);
        post({ type: "ready" });
        break;
      }
      case "load":
        growTo(memory!, message.program.memoryBytes);
        thread!.load(message.program);
        break;
      case "unload":
        thread!.unload(message.id);
        break;
      case "bind":
        thread!.bind(message.id, message.arrays);
        break;
      case "unbind":
        thread!.unbind(message.id);
        break;
      case "run":
        post({ type: "ran", ...thread!.run(message.request) });
        break;
      case "write":
        growTo(memory!, message.address + message.bytes.byteLength);
        new Uint8Array(memory!.buffer).set(message.bytes, message.address);
        break;
      case "clear":
        new Uint8Array(memory!.buffer).fill(0, message.address, message.end);
        break;
      case "read": {
        const { address, byteLength } = message;
        post({ type: "bytes", bytes: new Uint8Array(memory!.buffer).slice(address, address + byteLength) });
        break;
      }
    }
  };

  return (message) => {
    try {
      handle(message);
    } catch (thrown) {
      post({ type: "failed", message: messageOf(thrown), bystander: thrown instanceof TeamFailed });
    }
  };
}

/** Grows the memory to at least this many bytes. */
export function growTo(memory: WebAssembly.Memory, byteLength: number): void {
  const missing = byteLength - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
}
