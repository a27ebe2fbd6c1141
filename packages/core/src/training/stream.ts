import { HeddleError } from "../base/errors.js";
import type { LabelledSamples, Samples, SamplesWithTargets } from "./samples.js";

/** Samples without what follows from them: N, and the shape, which is the model's input. */
export type Chunk<T extends Samples> = Omit<T, "count" | "shape"> & Partial<Pick<T, "count" | "shape">>;

/** Some samples of a stream, any number of them. What they lie in may be used again once the next chunk is asked for. */
export type ImageChunk = Chunk<Samples>;

/** Some samples of a stream with what they should give, and how much each counts. */
export type SampleChunk = (Chunk<LabelledSamples> | Chunk<SamplesWithTargets>) & {
  /** `[N]`: in every chunk, or in none. */
  readonly sampleWeight?: ArrayLike<number>;
};

export type Chunks<T> = AsyncIterable<T> | Iterable<T>;

/** Gives the chunks of each pass. */
export interface StreamOfPasses<T> {
  (pass: number): Chunks<T>;
  /** Samples of every pass, where that is known. */
  readonly count?: number;
}

/**
 * Samples that come in chunks, for data that is larger than memory. Their order is the stream's own: nothing shuffles
 * them. A pass reads an iterable from its beginning; of a generator there is one pass only, so give a function where
 * there are several epochs. It is called with the number of the pass, from 0. Where it has a `count`, the samples of
 * every pass, `fit` knows how many steps there are, which some schedules depend on.
 *
 * @example
 * await model.fit(async function* (pass) {
 *   for (const file of shuffled(files, pass)) yield await readImages(file); // { images, labels }
 * }, { epochs: 5, batchSize: 64 });
 */
export type SampleStream<T extends ImageChunk = SampleChunk> = Chunks<T> | StreamOfPasses<T>;

/** True for a stream, false for samples in arrays. */
export function isStream<T extends ImageChunk>(given: Samples | SampleStream<T>): given is SampleStream<T> {
  if (typeof given === "function") return true;
  if (typeof given !== "object" || given === null) return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}

/** Begins a pass over a stream; `who` asks. */
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
    next: "Give an async generator function, or return an iterable.",
  });
}
