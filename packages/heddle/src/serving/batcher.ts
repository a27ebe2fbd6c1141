import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { Refusal } from "./refusal.js";
import type { AtOnce, Values } from "./served-model.js";

/** How requests are joined, and how many may wait. */
export interface BatchLimits {
  /** Images of a batch at most. */
  readonly maxBatch: number;
  /** How long the first image of a batch waits for others while nothing is computed, in milliseconds. */
  readonly maxDelayMs: number;
  /** Images that may wait; a request beyond them is refused. */
  readonly maxQueue: number;
  /** How long a request may wait for its answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** What a batch was, for the metrics. */
export interface BatchReport {
  readonly images: number;
  readonly seconds: number;
  /** How long each of its requests had waited. */
  readonly waitedSeconds: readonly number[];
}

/** The images of a request. */
interface Job {
  readonly images: Values;
  readonly count: number;
  /** Images that a batch has received already: a large request may be spread over several. */
  taken: number;
  /** Images whose answers have arrived. */
  done: number;
  output: Float32Array | undefined;
  /** Answered, refused, or nobody waits for it any more. */
  isOver: boolean;
  readonly queuedAt: number;
  settle(result: Float32Array | Error): void;
}

/** A job's images in one batch. */
interface Part {
  readonly job: Job;
  readonly from: number;
  readonly count: number;
}

/** A busy server is asked to be patient for at least this long. */
const LEAST_RETRY_SECONDS = 1;

/** Images that other threads compute at least before this one helps: so many are computed together. */
const LEAST_SHARE = 8;

/**
 * Joins the images of concurrent requests into batches, first come, first served. While a batch is computed the next one
 * gathers, so that under load batches form without any delay. What a message to another thread would delay more than it helps is
 * computed at once. Bytes and floats are not mixed. A model computes each image
 * by itself, so that its answer does not depend on what else is in the batch.
 */
export class Batcher {
  private readonly queue: Job[] = [];
  private waitingImages = 0;
  private isRunning = false;
  private cancelStart: (() => void) | undefined;
  /** Whether this thread computes images of the queue in its next turn. */
  private willHelp = false;
  private readonly whenIdle: (() => void)[] = [];
  /** A moving average, for `Retry-After`. */
  private secondsAnImage = 0;

  constructor(
    private readonly run: (images: Values, count: number) => Promise<Float32Array>,
    private readonly limits: BatchLimits,
    private readonly onBatch: (report: BatchReport) => void = () => {},
    private readonly atOnce?: AtOnce | undefined,
  ) {}

  /** Images that wait. */
  get waiting(): number {
    return this.waitingImages;
  }

  /**
   * Checks that a request might be accepted, before work is spent on reading it.
   *
   * @throws Refusal 503 when the queue is full
   */
  checkRoom(): void {
    if (this.waitingImages >= this.limits.maxQueue) throw this.busy();
  }

  /**
   * The outputs for a request's images.
   *
   * @param whenGone receives a function to call when nobody waits for the answer any more: the images are then dropped
   * @throws Refusal 413 for more images than may ever wait, 503 when the queue is full, 504 after the deadline
   */
  submit(images: Values, count: number, whenGone?: (drop: () => void) => void): Promise<Float32Array> {
    const { maxQueue, timeoutMs } = this.limits;
    if (count > maxQueue) throw tooMany(count, maxQueue);
    if (this.waitingImages + count > maxQueue) throw this.busy();
    return new Promise((resolve, reject) => {
      const settle = (result: Float32Array | Error) => {
        if (job.isOver) return;
        job.isOver = true;
        clearTimeout(timer);
        this.waitingImages -= count - job.taken;
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const job: Job = {
        ...{ images, count, settle, taken: 0, done: 0, output: undefined, isOver: false },
        queuedAt: performance.now(),
      };
      const timer = setTimeout(() => settle(tooLate(timeoutMs)), timeoutMs);
      whenGone?.(() => settle(new Refusal(499, "The client has gone.")));
      this.queue.push(job);
      this.waitingImages += count;
      this.schedule();
    });
  }

  /** Resolves when nothing waits and nothing is computed. */
  async idle(): Promise<void> {
    while (this.isRunning || this.waitingImages > 0)
      await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private schedule(): void {
    if (this.waitingImages === 0) return;
    if (this.isRunning) {
      this.help();
      return;
    }
    const { maxBatch, maxDelayMs } = this.limits;
    const start = () => {
      this.cancelStart = undefined;
      if (this.atOnce && this.waitingImages <= this.atOnce.most) this.computeAtOnce(this.atOnce);
      else {
        void this.compute();
        this.schedule();
      }
    };
    if (this.waitingImages >= maxBatch) {
      this.cancelStart?.();
      start();
    } else if (this.cancelStart) {
      // It starts soon.
    } else if (maxDelayMs > 0) {
      const timer = setTimeout(start, maxDelayMs);
      this.cancelStart = () => clearTimeout(timer);
    } else {
      // After everything that has arrived by now has been read.
      const turn = setImmediate(start);
      this.cancelStart = () => clearImmediate(turn);
    }
  }

  private async compute(): Promise<void> {
    if (this.isRunning) return;
    const { maxBatch } = this.limits;
    // What is left for this thread is computed meanwhile.
    const share = this.atOnce?.helps ? Math.max(LEAST_SHARE, Math.ceil(this.waitingImages / 2)) : maxBatch;
    const parts = this.take(Math.min(maxBatch, share));
    if (parts.length === 0) return this.rest();
    this.isRunning = true;
    const started = performance.now();
    const images = parts.reduce((sum, { count }) => sum + count, 0);
    const result = await this.outputsOf(parts, images);
    const seconds = (performance.now() - started) / 1000;
    this.isRunning = false;
    const ofImage = seconds / images;
    this.secondsAnImage = this.secondsAnImage === 0 ? ofImage : 0.9 * this.secondsAnImage + 0.1 * ofImage;
    // The engine works on the next batch while this one is answered.
    void this.compute();
    this.answer(parts, images, result);
    this.report(parts, images, started, seconds);
  }

  /** While other threads compute, so does this one, between requests. */
  private help(): void {
    const { atOnce } = this;
    if (!atOnce?.helps || this.willHelp) return;
    this.willHelp = true;
    setImmediate(() => {
      this.willHelp = false;
      if (this.isRunning && this.waitingImages > 0) this.computeAtOnce(atOnce);
    });
  }

  /** Computes a few of the images that wait on this thread. */
  private computeAtOnce({ run, most }: AtOnce): void {
    const parts = this.take(most);
    const images = parts.reduce((sum, { count }) => sum + count, 0);
    if (images === 0) {
      if (!this.isRunning) this.rest();
      return;
    }
    const started = performance.now();
    this.answer(
      parts,
      images,
      attempted(() => run(joined(parts, images), images)),
    );
    this.report(parts, images, started, (performance.now() - started) / 1000);
    if (this.waitingImages > 0) this.schedule();
    else if (!this.isRunning) this.rest();
  }

  private report(parts: readonly Part[], images: number, started: number, seconds: number): void {
    const waitedSeconds = parts
      .filter(({ from }) => from === 0)
      .map(({ job }) => (started - job.queuedAt) / 1000);
    this.onBatch({ images, seconds, waitedSeconds });
  }

  /** The next images of the queue, of one type. */
  private take(most: number): readonly Part[] {
    const { queue } = this;
    const parts: Part[] = [];
    let left = most;
    for (let job = queue[0]; job && left > 0; job = queue[0]) {
      if (job.isOver) {
        queue.shift();
        continue;
      }
      const first = parts[0]?.job.images;
      if (first && isBytes(first) !== isBytes(job.images)) break;
      const count = Math.min(left, job.count - job.taken);
      parts.push({ job, from: job.taken, count });
      job.taken += count;
      this.waitingImages -= count;
      left -= count;
      if (job.taken === job.count) queue.shift();
    }
    return parts;
  }

  private async outputsOf(parts: readonly Part[], count: number): Promise<Float32Array | Error> {
    const images = joined(parts, count);
    try {
      return await this.run(images, count);
    } catch (thrown) {
      if (thrown instanceof HeddleError) return thrown;
    }
    // A thread has died, for example: a model starts others, and an answer depends on nothing that was lost.
    try {
      return await this.run(images, count);
    } catch (thrown) {
      return thrown instanceof Error ? thrown : new Error(String(thrown));
    }
  }

  private answer(parts: readonly Part[], images: number, result: Float32Array | Error): void {
    if (result instanceof Error) {
      for (const { job } of parts) job.settle(result);
      return;
    }
    const size = result.length / images;
    let at = 0;
    for (const { job, from, count } of parts) {
      const own = result.subarray(at * size, (at + count) * size);
      at += count;
      if (count === job.count) job.settle(own);
      else {
        job.output ??= new Float32Array(job.count * size);
        job.output.set(own, from * size);
        job.done += count;
        if (job.done === job.count) job.settle(job.output);
      }
    }
  }

  /** Nothing is left to compute. */
  private rest(): void {
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  private busy(): Refusal {
    const { waitingImages, secondsAnImage, limits } = this;
    const seconds = Math.max(LEAST_RETRY_SECONDS, Math.ceil(waitingImages * secondsAnImage));
    return new Refusal(
      503,
      {
        who: "Server",
        expected: `at most ${limits.maxQueue} images that wait`,
        received: "more",
        next: `Ask again in ${seconds} s.`,
      },
      seconds,
    );
  }
}

/** What work returns, or the error that it throws. */
function attempted(work: () => Float32Array): Float32Array | Error {
  try {
    return work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function isBytes(values: Values): values is Uint8Array {
  return values instanceof Uint8Array;
}

/** The images of a batch, one after another; those of a single request are not copied. */
function joined(parts: readonly Part[], count: number): Values {
  const first = parts[0]!.job;
  const size = first.images.length / first.count;
  const slices = parts.map((part) =>
    part.job.images.subarray(part.from * size, (part.from + part.count) * size),
  );
  if (slices.length === 1) return slices[0]!;
  const all = isBytes(first.images) ? new Uint8Array(count * size) : new Float32Array(count * size);
  let at = 0;
  for (const slice of slices) {
    all.set(slice, at);
    at += slice.length;
  }
  return all;
}

function tooMany(count: number, maxQueue: number): Refusal {
  return new Refusal(413, {
    who: "Request",
    expected: `at most ${maxQueue} images`,
    received: `${count}`,
    next: "Send several requests.",
  });
}

function tooLate(timeoutMs: number): Refusal {
  return new Refusal(504, {
    who: "Request",
    expected: `an answer within ${timeoutMs} ms`,
    received: "none by then",
    next: "Ask again when the server has less to do.",
  });
}
