import { AbortedError, HeddleError } from "../base/errors.js";
import { type ImageChunk, iterate, type SampleStream } from "./stream.js";

/**
 * How many bytes of a stream are read ahead, at least one batch: some seconds of training for small images. As much
 * again is on its way to the threads.
 */
const WINDOW_BYTES = 32 * 2 ** 20;
/** The most samples of a window: those of one run. */
const WINDOW_SAMPLES = 131_072;

/** Samples in columns as the threads gather them, a row of each for every sample. */
export interface Columns {
  readonly count: number;
  readonly images: Uint8Array | Float32Array;
  /** As the loss reads them; absent in prediction. */
  readonly targets?: Int32Array | Float32Array | undefined;
  /** Absent where all samples count the same. */
  readonly weights?: Float32Array | undefined;
}

/** A stream's iterator threw, or a chunk does not fit; users see `cause`. */
export class StreamFault extends Error {
  constructor(override readonly cause: unknown) {
    super("a stream failed");
  }
}

/**
 * Reads a stream into memory of a fixed size while the threads work on what was read before, and returns samples in whole
 * batches. A chunk is copied before the next is requested.
 */
export class StreamReader<T extends ImageChunk> {
  /** Samples of the current pass that were released. */
  samplesRead = 0;
  private readonly who: string;
  private pass: number;
  private underWay = false;
  /** Undefined when the pass has no more chunks. */
  private iterator: AsyncIterator<T> | Iterator<T> | undefined;
  /** The iterator while a chunk is requested from it. */
  private pending: AsyncIterator<T> | Iterator<T> | undefined;
  private chunks = 0;
  /** How many samples may be held at once: nothing is read beyond them. */
  private wanted: number;
  /** Room for samples; the first `staged` have been read. */
  private window: Columns | undefined;
  private staged = 0;
  /** The part of a chunk that found no room yet. */
  private rest: { readonly columns: Columns; taken: number } | undefined;
  private fault: { readonly thrown: unknown } | undefined;
  private notify = () => {};

  constructor(
    private readonly options: {
      readonly who: string;
      readonly stream: SampleStream<T>;
      /** Checks a chunk in the name of `who`, and returns its columns. */
      readonly prepare: (who: string, chunk: T) => Columns;
      /** Samples that are returned together, except at the end of a pass. */
      readonly batchSize: number;
      /** The number of the first pass; 0 by default. */
      readonly pass?: number;
    },
  ) {
    this.who = options.who;
    this.wanted = options.batchSize;
    this.pass = options.pass ?? 0;
  }

  /**
   * Starts the first pass and reads until there is a batch.
   *
   * @returns the columns of the first batch; they are fewer than a batch only if the whole pass is
   * @throws StreamFault when there are no samples
   */
  async open(signal: AbortSignal | undefined): Promise<Columns> {
    this.begin();
    await this.until(this.options.batchSize, signal);
    if (this.window && this.staged > 0) {
      return part(this.window, Math.min(this.staged, this.options.batchSize));
    }
    throw new StreamFault(this.fault ? this.fault.thrown : this.empty());
  }

  /** Goes to the start of a pass, unless that is the current one. */
  async goTo(pass: number): Promise<void> {
    if (pass === this.pass) return;
    await this.close();
    this.pass = pass;
    this.begin();
  }

  /** Reads this many samples ahead, if there is room. */
  want(samples: number): void {
    this.wanted = samples;
    void this.fill();
  }

  /**
   * Up to `most` samples in whole batches, fewer at the end of a pass; undefined once when the pass has ended, after
   * which the next pass starts. They stay where they are until `release`.
   */
  async next(batchSize: number, most: number, signal: AbortSignal | undefined): Promise<Columns | undefined> {
    if (!this.underWay) this.begin();
    await this.until(batchSize, signal);
    const whole = batchSize * Math.floor(Math.min(this.staged, most) / batchSize);
    if (whole > 0) return part(this.window!, whole);
    if (this.fault) throw new StreamFault(this.fault.thrown);
    if (this.staged > 0) return part(this.window!, this.staged);
    if (this.samplesRead === 0) throw new StreamFault(this.empty());
    this.underWay = false;
    this.pass++;
    return undefined;
  }

  /** Frees the space of the first `count` samples, and continues reading. */
  release(count: number): void {
    const window = this.window!;
    for (const column of arraysOf(window)) {
      const width = column.length / window.count;
      column.copyWithin(0, count * width, this.staged * width);
    }
    this.staged -= count;
    this.samplesRead += count;
    void this.fill();
  }

  /**
   * Ends the current pass, and its iterator unless that has ended by itself.
   *
   * @param patient waits for the iterator, including a chunk that is still pending
   */
  async close(patient = true): Promise<void> {
    const { iterator } = this;
    this.iterator = undefined;
    this.underWay = false;
    this.staged = 0;
    this.rest = undefined;
    this.window = undefined;
    this.notify();
    if (patient) await iterator?.return?.();
    else Promise.resolve(iterator?.return?.()).catch(() => {});
  }

  private begin(): void {
    this.underWay = true;
    this.samplesRead = 0;
    this.chunks = 0;
    try {
      this.iterator = iterate(this.who, this.options.stream, this.pass);
    } catch (thrown) {
      this.fault = { thrown };
    }
    void this.fill();
  }

  /** Reads while there is room and demand; never rejects. */
  private async fill(): Promise<void> {
    const { iterator } = this;
    if (!iterator || this.fault || this.pending === iterator) return;
    while (this.stageRest() && this.staged < this.wanted) {
      this.notify();
      this.pending = iterator;
      try {
        const next = await iterator.next();
        if (this.iterator !== iterator) return;
        if (next.done) {
          this.iterator = undefined;
          break;
        }
        this.take(next.value);
      } catch (thrown) {
        if (this.iterator !== iterator) return;
        // An iterator that threw has ended.
        this.iterator = undefined;
        this.fault = { thrown };
        break;
      } finally {
        if (this.pending === iterator) this.pending = undefined;
      }
      if (this.fault) break;
    }
    this.notify();
  }

  /** Checks a chunk. One that does not fit is a fault of this reader: the iterator has to be ended. */
  private take(chunk: T): void {
    const who = `${this.who}, chunk ${++this.chunks} of the stream`;
    try {
      const columns = this.options.prepare(who, chunk);
      this.window ??= windowLike(columns, this.options.batchSize);
      checkAlike(who, this.window, columns);
      this.rest = { columns, taken: 0 };
    } catch (thrown) {
      this.fault = { thrown };
    }
  }

  /** Copies what found no room before; false if part of it still has none. */
  private stageRest(): boolean {
    const { rest, window } = this;
    if (!window) return true;
    if (!rest) return this.staged < window.count;
    const from = rest.taken;
    const count = Math.min(window.count - this.staged, rest.columns.count - from);
    const sources = arraysOf(rest.columns);
    arraysOf(window).forEach((column, index) => {
      const width = column.length / window.count;
      column.set(sources[index]!.subarray(from * width, (from + count) * width), this.staged * width);
    });
    this.staged += count;
    rest.taken += count;
    if (rest.taken < rest.columns.count) return false;
    this.rest = undefined;
    return this.staged < window.count;
  }

  /** Waits until `count` samples have been read, or there are no more. */
  private async until(count: number, signal: AbortSignal | undefined): Promise<void> {
    while (this.staged < count && this.iterator && !this.fault) {
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(new AbortedError("Stopped while waiting for samples of the stream."));
        signal?.addEventListener("abort", abort, { once: true });
        this.notify = () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        };
        if (signal?.aborted) abort();
      });
    }
  }

  private empty(): HeddleError {
    return new HeddleError({
      who: this.who,
      expected: `samples in pass ${this.pass} of the stream`,
      received: "none",
      next: "A generator yields its samples once: pass a function that returns a new one for each pass.",
    });
  }
}

/** The columns that are present. */
function arraysOf({ images, targets, weights }: Columns): (Uint8Array | Int32Array | Float32Array)[] {
  return [images, targets, weights].filter((column) => column !== undefined);
}

/** The first rows. */
function part({ images, targets, weights, count }: Columns, rows: number): Columns {
  const cut = <A extends Uint8Array | Int32Array | Float32Array>(column: A): A =>
    column.subarray(0, (column.length / count) * rows) as A;
  return {
    count: rows,
    images: cut(images),
    targets: targets && cut(targets),
    weights: weights && cut(weights),
  };
}

/** Space for a window of columns like these: whole batches, at least one. */
function windowLike(columns: Columns, batchSize: number): Columns {
  const bytes = arraysOf(columns).reduce((sum, { byteLength }) => sum + byteLength, 0) / columns.count;
  const samples = Math.min(WINDOW_SAMPLES, Math.floor(WINDOW_BYTES / bytes));
  const count = batchSize * Math.max(1, Math.floor(samples / batchSize));
  const like = <A extends Uint8Array | Int32Array | Float32Array>(column: A): A =>
    new (column.constructor as new (length: number) => A)((column.length / columns.count) * count);
  const { images, targets, weights } = columns;
  return {
    count,
    images: like(images),
    targets: targets && like(targets),
    weights: weights && like(weights),
  };
}

/** All chunks hold the same kinds of numbers, because the program that reads them is compiled once. */
function checkAlike(who: string, window: Columns, columns: Columns): void {
  const name = (column: ArrayLike<number> | undefined) => column?.constructor.name ?? "none";
  const fault = (what: string, expected: string, received: string) =>
    new HeddleError({
      who,
      expected: `${what} as in the first chunk: ${expected}`,
      received,
      next: "Yield chunks of the same kind throughout a stream.",
    });
  if (name(columns.images) !== name(window.images)) {
    throw fault("images", name(window.images), name(columns.images));
  }
  if (!columns.weights !== !window.weights) {
    throw fault("sampleWeight", window.weights ? "some" : "none", columns.weights ? "some" : "none");
  }
}
