import { type ByteSource, peek } from "./byte-source.js";
import { gunzipped, isGzip } from "./gzip.js";

/** How many bytes tell what packed a file. */
export const PACKED_HEAD_BYTES = 6;

type Packer = "gzip" | "bzip2" | "xz";

/** What packed a file, by its first bytes; undefined for any other. */
export function packerOf(head: Uint8Array): Packer | undefined {
  if (isGzip(head)) return "gzip";
  if (begins(head, [0x42, 0x5a, 0x68]) && head[3]! >= 0x31 && head[3]! <= 0x39) return "bzip2";
  if (begins(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])) return "xz";
  return undefined;
}

/**
 * The bytes of a file, unpacked if its first bytes are those of gzip, bzip2 or xz. Runs in Node and in browsers.
 *
 * @param source the file's bytes, whole or in chunks
 * @param name the file's path, for errors
 * @throws HeddleError during reading, if the file is damaged
 */
export async function* unpacked(source: ByteSource, name: string): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await peek(source, PACKED_HEAD_BYTES);
  const packer = packerOf(head);
  // Loaded only where they are needed: most data is packed by gzip, which the system knows.
  if (packer === "bzip2") yield* (await import("./bzip2.js")).bunzipped(chunks, name);
  else if (packer === "xz") yield* (await import("./xz.js")).unxzed(chunks, name);
  else yield* gunzipped(chunks, name);
}

function begins(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, at) => bytes[at] === byte);
}
