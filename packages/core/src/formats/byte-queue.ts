/** The bytes of a stream that have arrived and are not used yet. */
export class ByteQueue {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private buffer = new Uint8Array(1 << 16);
  private start = 0;
  private end = 0;
  private ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** What has arrived. Valid until the next call of `need`. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(this.start, this.end);
  }

  /** Waits for `count` bytes. Returns false if the stream ends before. */
  async need(count: number): Promise<boolean> {
    while (this.end - this.start < count && !this.ended) {
      const next = await this.iterator.next();
      if (next.done) this.ended = true;
      else this.add(next.value);
    }
    return this.end - this.start >= count;
  }

  /** Takes the first bytes, as many as there are at most. */
  take(count: number): Uint8Array {
    const taken = this.buffer.subarray(this.start, Math.min(this.end, this.start + count));
    this.start += taken.length;
    return taken;
  }

  /** Ends the stream, also where it has more. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  private add(chunk: Uint8Array): void {
    const length = this.end - this.start;
    if (this.end + chunk.length > this.buffer.length) {
      const rest = this.bytes;
      const needed = length + chunk.length;
      // Moved only where that makes much room, so that each byte is copied a few times at most.
      const target = needed * 2 > this.buffer.length ? new Uint8Array(needed * 2) : this.buffer;
      if (target === this.buffer) target.copyWithin(0, this.start, this.end);
      else target.set(rest);
      this.buffer = target;
      this.start = 0;
      this.end = length;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }
}
