import { expect, it } from "vitest";
import { trainingShards } from "./compile.js";

it("a batch is cut into shards of four samples at least, sixteen at most, 64 where gradients are small", () => {
  const cuts = (bytes: number) =>
    [1, 5, 16, 64, 128, 1024].map((batchSize) => trainingShards(batchSize, bytes));
  expect(cuts(4 * 50_890)).toEqual([1, 2, 4, 16, 32, 64]);
  expect(cuts(4 * 300_000)).toEqual([1, 2, 4, 16, 16, 16]);
});

it("fewer where weights outgrow the cache, or sixteen copies of the gradient would take more than 128 MiB", () => {
  const MiB = 2 ** 20;
  expect([1, 4, 17, 30, 500].map((size) => trainingShards(64, size * MiB))).toEqual([16, 8, 4, 4, 1]);
  expect(trainingShards(64, 0)).toBe(16);
});
