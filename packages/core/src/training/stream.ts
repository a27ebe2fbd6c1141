import { HeddleError } from "../base/errors.js";
import type { LabelledSamples, Samples, SamplesWithTargets } from "./samples.js";

/** Samples whose count and shape may be omitted: the shape is then the model's input, and the count follows. */
export type Chunk<T extends Samples> = Omit<T, "count" | "shape"> & Partial<Pick<T, "count" | "shape">>;

/** Some samples of a stream, any number of them. Their memory may be reused once the next chunk is requested. */
export type ImageChunk = Chunk<Samples>;

/** Some samples of a stream with their labels or targets, and perhaps their weights. */
export type SampleChunk = (Chunk<LabelledSamples> | Chunk<SamplesWithTargets>) & {
  /** `[N]`, in every chunk or in none. */
  readonly sampleWeight?: ArrayLike<number>;
};

export type Chunks<T> = AsyncIterable<T> | Iterable<T>;

/** A function that returns the chunks of a pass. */
export interface StreamOfPasses<T> {
  (pass: number): Chunks<T>;
  /** The number of samples in every pass, if it is known. */
  readonly count?: number;
}

/**
 * Samples that arrive in chunks, for data that is larger than memory. They keep the stream's own order: nothing shuffles
 * them. A pass reads an iterable from its start. A generator has only one pass, so for several epochs pass a function;
 * it is called with the number of the pass, from 0. If it has a `count`, the number of samples in every pass, `fit`
 * knows the total number of steps, which some schedules need.
 *
 * @example
 * await model.fit(async function* (pass) {
 *   for (const file of shuffled(files, pass)) yield await readImages(file); // { images, labels }
 * }, { epochs: 5, batchSize: 64 });
 */
export type SampleStream<T extends ImageChunk = SampleChunk> = Chunks<T> | StreamOfPasses<T>;

/** True for a stream, false for samples in arrays. */
export function isStream<T extends ImageChunk>(
  samples: Samples | SampleStream<T>,
): samples is SampleStream<T> {
  if (typeof samples === "function") return true;
  if (typeof samples !== "object" || samples === null) return false;
  return Symbol.asyncIterator in samples || Symbol.iterator in samples;
}

/** Starts a pass over a stream; errors are in the name of `who`. */
export function iterate<T extends ImageChunk>(
  who: string,
  stream: SampleStream<T>,
  pass: number,
): AsyncIterator<T> | Iterator<T> {
  const chunks: unknown = typeof stream === "function" ? stream(pass) : stream;
  if (typeof chunks === "object" && chunks !== null) {
    if (Symbol.asyncIterator in chunks) return (chunks as AsyncIterable<T>)[Symbol.asyncIterator]();
    if (Symbol.iterator in chunks) return (chunks as Iterable<T>)[Symbol.iterator]();
  }
  throw new HeddleError({
    who,
    expected: "an iterable of chunks from the function",
    received: chunks instanceof Promise ? "a promise" : typeof chunks,
    next: "Pass an async generator function, or return an iterable.",
  });
}
