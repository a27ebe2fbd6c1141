import { expect, it } from "vitest";
import { ProgramBuilder } from "./program-builder.js";

it("ProgramBuilder cuts a batch into the fewest shards of equal size", () => {
  const cut = (batchSize: number, shards: number) => {
    const builder = new ProgramBuilder({ name: "p", batchSize, shards, maxSteps: 1, threads: 1 });
    return [builder.shardSize, builder.shards];
  };
  expect(cut(64, 16)).toEqual([4, 16]);
  expect(cut(10, 4)).toEqual([3, 4]);
  // Nine samples in six shards are two for each, for which five shards are enough.
  expect(cut(9, 6)).toEqual([2, 5]);
  expect(cut(3, 16)).toEqual([1, 3]);
});
