import { describe, expect, it } from "vitest";
import { SampleOrder } from "./sample-order.js";

describe("SampleOrder", () => {
  const options = { samples: 10, batchSize: 3, shuffle: false, seed: 1, passesBefore: 0 };
  const numbers = (parts: Int32Array[]) => parts.map((part) => Array.from(part));

  it("is one pass for each epoch, in a new order", () => {
    const order = new SampleOrder({ ...options, shuffle: true, stepsPerEpoch: undefined });
    const [first, second] = [order.nextEpoch(), order.nextEpoch()];
    expect(order.steps).toBe(4);
    for (const [rows, ...others] of [first, second]) {
      expect(others).toEqual([]);
      expect(Array.from(rows!).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(first).not.toEqual(second);
  });

  it("resumes a pass in the next epoch when stepsPerEpoch cuts it", () => {
    const order = new SampleOrder({ ...options, stepsPerEpoch: 3 });
    expect(numbers(order.nextEpoch())).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8]]);
    expect(numbers(order.nextEpoch())).toEqual([[9], [0, 1, 2, 3, 4, 5]]);
    const long = new SampleOrder({ ...options, stepsPerEpoch: 6 });
    expect(numbers(long.nextEpoch())).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [0, 1, 2, 3, 4, 5],
    ]);
  });
});
