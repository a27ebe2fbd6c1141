import { expect, it } from "vitest";
import { trainingShards } from "./compile.js";

it("a batch is cut into at most 64 shards of at least four samples, and fewer if gradients are larger", () => {
  const cuts = (bytes: number) =>
    [1, 5, 16, 64, 128, 1024].map((batchSize) => trainingShards(batchSize, bytes));
  expect(cuts(4 * 50_890)).toEqual([1, 2, 4, 16, 32, 64]);
  expect(cuts(4 * 300_000)).toEqual([1, 2, 4, 16, 16, 16]);
  expect(cuts(2 ** 21 + 4)).toEqual([1, 2, 4, 8, 8, 8]);
});

it("a batch is cut into fewer shards if their gradients would take more than 128 MiB", () => {
  const MiB = 2 ** 20;
  expect([1, 4, 17, 30, 500].map((size) => trainingShards(64, size * MiB))).toEqual([16, 8, 4, 4, 1]);
  expect(trainingShards(64, 0)).toBe(16);
});
