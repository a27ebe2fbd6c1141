import { HeddleError } from "../../base/errors.js";
import { allocateShared } from "../../base/memory.js";
import { gunzipped, isGzip, largestExpansion } from "../../formats/gzip.js";
import { type IdxArray, type IdxLayout, numbersOf, readIdxHeader } from "../../formats/idx.js";

/**
 * Reads one IDX file chunk by chunk, straight into its final buffer.
 *
 * A header is believed only as far as there can be bytes for it: `largestBytes` is checked before anything is
 * allocated, and the first byte past the declared size ends the reading. So neither a forged header nor a
 * decompression bomb costs memory.
 *
 * @example
 * const reader = new IdxReader("train-labels-idx1-ubyte", bytes.length);
 * reader.push(bytes);
 * reader.finish().shape; // [60000]
 */
export class IdxReader {
  private readonly header: number[] = [];
  private layout: IdxLayout | undefined;
  private data: Uint8Array = new Uint8Array(0);
  private filled = 0;

  /**
   * @param name the file's name, for errors
   * @param largestBytes the most bytes that can arrive, header included: the file's size, or for a compressed file
   *   what that size can expand to (`largestExpansion`)
   */
  constructor(
    private readonly name: string,
    private readonly largestBytes: number,
  ) {}

  /** Reads the next bytes. Throws a HeddleError as soon as they cannot belong to a valid file. */
  push(chunk: Uint8Array): void {
    let offset = 0;
    while (this.layout === undefined && offset < chunk.length) {
      this.header.push(chunk[offset++]!);
      this.layout = readIdxHeader(this.header, this.name);
      if (this.layout) this.allocate(this.layout);
    }
    if (offset === chunk.length) return;
    const rest = chunk.subarray(offset);
    if (rest.length > this.data.length - this.filled) {
      throw new HeddleError({
        who: this.name,
        expected: `${this.declared()}, as its header declares`,
        received: "more bytes",
        next: "Check that it is the right file, or download or copy it again.",
      });
    }
    this.data.set(rest, this.filled);
    this.filled += rest.length;
  }

  /** Returns the contents after the last chunk. Throws a HeddleError if bytes are missing. */
  finish(): IdxArray {
    if (this.layout === undefined) {
      throw new HeddleError({
        who: this.name,
        expected: "an IDX header",
        received: `${this.header.length} bytes in all`,
        next: "The file is truncated or empty; download or copy it again.",
      });
    }
    if (this.filled < this.data.length) throw this.truncated(`only ${this.filled} bytes`);
    const { elementType, shape } = this.layout;
    return { elementType, shape, data: numbersOf(this.data, elementType) };
  }

  private allocate(layout: IdxLayout): void {
    if (layout.headerBytes + layout.dataBytes > this.largestBytes) {
      throw this.truncated(`at most ${Math.max(0, this.largestBytes - layout.headerBytes)} bytes`);
    }
    this.data = new Uint8Array(allocateShared(layout.dataBytes));
  }

  private declared(): string {
    const { shape, dataBytes, elementType } = this.layout!;
    return `${dataBytes} bytes of elements (${shape.join(" × ")} of ${elementType})`;
  }

  private truncated(received: string): HeddleError {
    return new HeddleError({
      who: this.name,
      expected: this.declared(),
      received,
      next: "The file is truncated; download or copy it again.",
    });
  }
}

/**
 * Reads an IDX file from bytes, plain or gzip. Runs in Node and in browsers.
 *
 * @param bytes the file's contents
 * @param name the file's name, for errors; `IDX file` by default
 * @throws HeddleError for anything but one whole IDX file: wrong magic, truncation, trailing bytes, sizes of
 *   zero or beyond 2^31, damaged gzip, a decompression bomb
 * @example
 * const response = await fetch("train-images-idx3-ubyte.gz");
 * const images = await readIdx(new Uint8Array(await response.arrayBuffer()));
 * images.shape; // [60000, 28, 28]
 */
export async function readIdx(bytes: Uint8Array, name = "IDX file"): Promise<IdxArray> {
  const reader = new IdxReader(name, isGzip(bytes) ? largestExpansion(bytes.length) : bytes.length);
  for await (const chunk of gunzipped(bytes, name)) reader.push(chunk);
  return reader.finish();
}
