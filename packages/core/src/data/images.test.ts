import { describe, expect, it } from "vitest";
import { type ImageSet, imagesAt } from "./dataset.js";
import { type Images, imagesInMemory, imagesOnDisk } from "./images.js";
import type { StreamedSet } from "./streams/streamed-set.js";

/** 30 images of one pixel, which is the image's position, in three classes. */
const set: ImageSet = {
  images: Uint8Array.from({ length: 30 }, (_, place) => place),
  labels: Uint8Array.from({ length: 30 }, (_, place) => place % 3),
  count: 30,
  shape: [1, 1, 1],
};

/** Stands in for a file: two images a chunk; a shuffled pass begins at image `seed + pass`. */
function streamed(count = set.count): StreamedSet {
  async function* from(start: number): AsyncGenerator<ImageSet> {
    for (let place = 0; place < count; place += 2) {
      const places = [place, place + 1].filter((at) => at < count).map((at) => (at + start) % count);
      yield imagesAt(set, places);
    }
  }
  return {
    labels: set.labels.subarray(0, count),
    count,
    shape: set.shape,
    first: (fewer) => streamed(Math.min(fewer, count)),
    inOrder: () => from(0),
    shuffled: (seed, pass) => from(seed + pass),
    at: async (places) => imagesAt(set, places),
  };
}

async function pixels(samples: ImageSet | (() => AsyncIterable<ImageSet>)): Promise<number[]> {
  if ("images" in samples) return [...samples.images];
  const read: number[] = [];
  for await (const { images } of samples()) read.push(...images);
  return read;
}

describe.each<[string, () => Promise<Images>]>([
  ["in memory", async () => imagesInMemory(set)],
  ["on disk", () => imagesOnDisk(streamed())],
])("images %s", (_, open) => {
  it("come in the order of their labels", async () => {
    const { samples, labels, count, shape } = await open();
    expect(await pixels(samples)).toEqual([...set.images]);
    expect([[...labels], count, shape]).toEqual([[...set.labels], 30, [1, 1, 1]]);
  });

  it("are found by position, in the requested order", async () => {
    const some = await (await open()).at([7, 0]);
    expect([[...some.images], [...some.labels], some.count]).toEqual([[7, 0], [1, 0], 2]);
  });

  it("can be limited to the first ones, preview included", async () => {
    const first = (await open()).first(5);
    expect([first.count, first.labels.length, first.preview.count]).toEqual([5, 5, 5]);
    expect(await pixels(first.samples)).toEqual([0, 1, 2, 3, 4]);
    expect((await open()).first(100).count).toBe(30);
  });

  it("have a preview", async () => {
    const { preview } = await open();
    expect([...preview.images]).toEqual([...set.images]);
  });
});

it("images in memory are passed to fit unchanged", () => {
  const images = imagesInMemory(set);
  expect(images.shuffled(1)).toBe(set);
  expect(images.inMemory).toBe(set);
});

it("images on disk are passed to fit as a stream that knows its length and shuffles by seed and pass", async () => {
  const images = await imagesOnDisk(streamed());
  expect(images.inMemory).toBeUndefined();
  const stream = images.first(4).shuffled(1);
  if (typeof stream !== "function") throw new Error("Expected a stream.");
  expect(stream.count).toBe(4);
  expect(await pixels(() => stream(0))).toEqual([1, 2, 3, 0]);
  expect(await pixels(() => stream(1))).toEqual([2, 3, 0, 1]);
});
