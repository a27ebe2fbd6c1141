import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { checkFile, fileError, openFile } from "@heddle/core/internal/base/files-node.js";
import { damagedGzip } from "@heddle/core/internal/formats/gzip.js";

/** Reads a file's contents from any position. */
export interface ByteReader {
  /**
   * Fills `target` with the bytes from `position` on.
   *
   * @throws HeddleError if the file has fewer bytes or cannot be read
   */
  read(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file's contents. Reading backwards in a packed file starts again from its beginning. */
export async function openBytes(path: string, packed: boolean): Promise<ByteReader> {
  if (!packed) return new PlainBytes(path, (await openFile(path)).handle);
  await checkFile(path);
  return new PackedBytes(path);
}

class PlainBytes implements ByteReader {
  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    for (let filled = 0; filled < target.length; ) {
      const bytesRead = await this.handle
        .read(target, filled, target.length - filled, position + filled)
        .then(
          (result) => result.bytesRead,
          (thrown: unknown) => {
            throw fileError(this.path, "a file that can be read", thrown);
          },
        );
      if (bytesRead === 0) throw shorter(this.path, position + target.length);
      filled += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const CHUNK_BYTES = 1 << 18;

class PackedBytes implements ByteReader {
  private gunzip: Gunzip | undefined;
  private chunks: AsyncIterator<Uint8Array> | undefined;
  private pending: Uint8Array = new Uint8Array(0);
  /** Where `pending` begins. */
  private position = 0;

  constructor(private readonly path: string) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    if (!this.chunks || position < this.position) await this.begin();
    for (let filled = 0; filled < target.length; ) {
      const skipped = Math.min(this.pending.length, position + filled - this.position);
      this.take(skipped);
      if (this.pending.length === 0) {
        await this.more(position + target.length);
        continue;
      }
      const part = this.pending.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.take(part.length);
    }
  }

  async close(): Promise<void> {
    this.gunzip?.destroy();
    this.chunks = undefined;
  }

  private async begin(): Promise<void> {
    await this.close();
    const file = createReadStream(this.path, { highWaterMark: CHUNK_BYTES });
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    file.on("error", (error) => gunzip.destroy(error));
    gunzip.on("close", () => file.destroy());
    file.pipe(gunzip);
    this.gunzip = gunzip;
    this.chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.pending = new Uint8Array(0);
    this.position = 0;
  }

  private async more(wanted: number): Promise<void> {
    try {
      const next = await this.chunks!.next();
      if (next.done) throw shorter(this.path, wanted);
      this.pending = next.value;
    } catch (thrown) {
      if (thrown instanceof HeddleError) throw thrown;
      const unpacking = String((thrown as NodeJS.ErrnoException).code).startsWith("Z_");
      throw unpacking
        ? damagedGzip(this.path, thrown)
        : fileError(this.path, "a file that can be read", thrown);
    }
  }

  private take(bytes: number): void {
    this.pending = this.pending.subarray(bytes);
    this.position += bytes;
  }
}

function shorter(path: string, wanted: number): HeddleError {
  return new HeddleError({
    who: path,
    expected: `${wanted} bytes, as when it was opened`,
    received: "fewer",
    next: "Do not change the file while it is being read.",
  });
}
