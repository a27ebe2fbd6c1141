import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import { largestExpansion } from "@heddle/core/internal/formats/gzip.js";
import { packerOf, unpacked as unpackedChunks } from "@heddle/core/internal/formats/packed.js";

/**
 * The content of a packed file, recognised by its first bytes: gzip, bzip2 or xz; any other bytes as they are.
 *
 * @param path the file's path, for errors
 * @throws HeddleError if it is damaged, or holds more than 2 GiB; AbortedError on `signal`
 */
export async function unpacked(bytes: Uint8Array, path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const packer = packerOf(bytes);
  if (packer === undefined) return bytes;
  // The system provides this memory only as it is written.
  const most = packer === "gzip" ? largestExpansion(bytes.length) : MAXIMUM_FILE_BYTES;
  const room = new Uint8Array(allocateShared(Math.min(most, MAXIMUM_FILE_BYTES)));
  let length = 0;
  for await (const chunk of unpackedChunks(bytes, path)) {
    checkNotAborted(signal, `Reading ${path}`);
    if (length + chunk.length > room.length) throw tooLarge(path);
    room.set(chunk, length);
    length += chunk.length;
  }
  return room.subarray(0, length);
}

function tooLarge(path: string): HeddleError {
  return new HeddleError({
    who: path,
    expected: `a packed file of at most ${formatBytes(MAXIMUM_FILE_BYTES)} once unpacked`,
    received: "more",
    next: "Unpack it, and choose the folder.",
  });
}
