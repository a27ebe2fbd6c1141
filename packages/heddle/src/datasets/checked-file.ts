import { stat } from "node:fs/promises";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import { readHashed } from "./hashed-file.js";

/** A file that was read once from end to end, and is read again later: it must not change in between. */
export class CheckedFile {
  private constructor(
    readonly path: string,
    readonly sha256: string,
    /** Changes with the file. */
    private mark: string,
  ) {}

  /**
   * Reads a file from end to end, and remembers what it was.
   *
   * @param read must consume all chunks
   * @throws HeddleError if the file cannot be read; AbortedError on `signal`
   */
  static async check<Result>(
    path: string,
    read: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
    signal?: AbortSignal,
  ) {
    // Before it is read: a change while it is read must be noticed, too.
    const mark = await markOf(path);
    const { result, file } = await readHashed(path, read, signal);
    return { result, file, checked: new CheckedFile(path, file.sha256, mark) };
  }

  /**
   * Call it after reading a part: what was read before it returns is what was checked. It reads the whole file again if
   * the file was touched.
   *
   * @throws HeddleError if the file's bytes have changed, or it cannot be read any more
   */
  async refuseChange(): Promise<void> {
    const mark = await markOf(this.path);
    if (mark === this.mark) return;
    const { file } = await readHashed(this.path, consume);
    if (file.sha256 !== this.sha256) {
      throw new HeddleError({
        who: this.path,
        expected: "the same bytes as when it was opened",
        received: "different ones: the file was changed while it was in use",
        next: "Restore the file, then resume the run; or train again from scratch.",
      });
    }
    this.mark = mark;
  }
}

async function consume(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

/** Which file it is, its size, and when its bytes and its entry changed: the latter tells even where its time is reset. */
async function markOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (thrown) {
    throw fileError(path, "a file that can be read", thrown);
  }
}
