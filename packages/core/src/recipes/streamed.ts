import type { StreamedSet, StreamedSplits } from "../data/streams/streamed-set.js";
import type { SampleStream } from "../training/stream.js";

/** The streams of a job, of the training images those that it trains on; none where its images are in memory. */
export function limitedStreams({
  streams,
  limit,
}: {
  readonly streams?: StreamedSplits | undefined;
  readonly limit?: number | undefined;
}): StreamedSplits | undefined {
  if (!streams || limit === undefined) return streams;
  return { train: streams.train.first(limit), test: streams.test };
}

/** A set as `fit` takes it: each pass in an order of its own, and how many images there are. */
export function shuffledStream(set: StreamedSet, seed: number): SampleStream {
  return Object.assign((pass: number) => set.shuffled(seed, pass), { count: set.count });
}
