import { fromBase64 } from "../base/base64.js";
import { setMemory } from "../engine/kernel-bytes.js";
import { kernelFunctions } from "../engine/kernel-functions.js";
import type { KernelName } from "../engine/kernel-table.js";

/** Sections of a WebAssembly module. */
const section = { custom: 0, exports: 7, code: 10 } as const;
/** `\0asm` and the version. */
const HEAD_BYTES = 8;
/** A body that traps: its size, no locals, `unreachable`, `end`. */
const EMPTY_BODY = [3, 0, 0, 0x0b];

/**
 * The strict kernels for plain memory, without all that these kernels do not need: the bodies of other functions trap, and
 * keep their places, so that calls need no change.
 */
export async function neededKernels(names: Iterable<KernelName>): Promise<Uint8Array<ArrayBuffer>> {
  const { base64 } = await import("../engine/kernels-strict.js");
  const build = fromBase64(base64);
  setMemory(build, false);
  const kept = new Set(names);
  const functions = new Set([...kept].flatMap((name) => kernelFunctions[name]));
  const written: number[] = [...build.subarray(0, HEAD_BYTES)];
  for (const reader = new Reader(build, HEAD_BYTES); !reader.atEnd; ) {
    const id = reader.number();
    const content = reader.bytes(reader.number());
    if (id === section.custom) continue;
    const changed =
      id === section.exports
        ? exportsOf(content, kept)
        : id === section.code
          ? bodiesOf(content, functions)
          : content;
    written.push(id, ...leb(changed.length));
    for (const byte of changed) written.push(byte);
  }
  return Uint8Array.from(written);
}

/** The exports with these names. */
function exportsOf(content: Uint8Array, names: ReadonlySet<string>): readonly number[] {
  const reader = new Reader(content);
  const kept: number[][] = [];
  for (let left = reader.number(); left > 0; left--) {
    const start = reader.at;
    const name = new TextDecoder().decode(reader.bytes(reader.number()));
    // What it is, and its number.
    reader.number();
    reader.number();
    if (names.has(name)) kept.push([...content.subarray(start, reader.at)]);
  }
  return [...leb(kept.length), ...kept.flat()];
}

/** The bodies of these functions, and empty ones in place of the others. */
function bodiesOf(content: Uint8Array, functions: ReadonlySet<number>): readonly number[] {
  const reader = new Reader(content);
  const count = reader.number();
  const written = leb(count);
  for (let index = 0; index < count; index++) {
    const start = reader.at;
    reader.bytes(reader.number());
    const body = functions.has(index) ? content.subarray(start, reader.at) : EMPTY_BODY;
    for (const byte of body) written.push(byte);
  }
  return written;
}

/** Reads what a module consists of. */
class Reader {
  constructor(
    private readonly source: Uint8Array,
    public at = 0,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** A whole number of variable length (LEB128). */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.source[this.at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  bytes(length: number): Uint8Array {
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(Math.floor(value / 128))];
}
