import { expect, it } from "vitest";
import { StreamReader } from "./stream-reader.js";

it("a stream reader reads 32 MiB ahead, and one chunk for which there is no room yet", async () => {
  let read = 0;
  const chunks = function* () {
    for (;;) yield { images: new Uint8Array(3 * 2 ** 20).fill(read++), count: 3 };
  };
  const prepare = (_: string, { images, count }: { images: Uint8Array; count: number }) => ({
    ...{ images, count },
  });
  const reader = new StreamReader({ who: "test", stream: chunks, prepare: prepare as never, batchSize: 4 });
  const first = await reader.open(undefined);
  expect(first.count).toBe(4);
  reader.want(Number.POSITIVE_INFINITY);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(read).toBe(11);
  // Thirty-two samples, handed out in whole batches.
  const window = await reader.next(4, 1000, undefined);
  expect(window?.count).toBe(32);
  expect(window?.images.length).toBe(32 * 2 ** 20);
  expect([0, 2, 3, 31].map((row) => window?.images[row * 2 ** 20])).toEqual([0, 0, 1, 10]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(read).toBe(11);
  reader.release(8);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(read).toBe(14);
  const next = await reader.next(4, 4, undefined);
  expect([0, 1, 3].map((row) => next?.images[row * 2 ** 20])).toEqual([2, 3, 3]);
  await reader.close();
});
