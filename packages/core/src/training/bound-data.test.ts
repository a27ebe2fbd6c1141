import { describe, expect, it, vi } from "vitest";
import { BoundData } from "./bound-data.js";

/** What the threads were told: numbers and arrays in the order of the messages. */
function boundData() {
  let next = 1;
  const engine = { bind: vi.fn((_: readonly Uint8Array[]) => next++), unbind: vi.fn() };
  return { data: new BoundData(engine), engine };
}

const column = (bytes: number, value: number) => new Uint8Array(bytes).fill(value);

describe("BoundData", () => {
  it("tells the threads about few bytes once, and puts the next of about their sizes in the same place", () => {
    const { data, engine } = boundData();
    const first = data.bind(column(784, 1), column(4, 2));
    data.unbind(first);
    const { data: second, images: own } = data.bindColumns({
      ...{ count: 1, images: column(700, 3), targets: Float32Array.of(5), weights: undefined },
    });
    expect(second).toBe(first);
    expect([own.length, new Set(own)]).toEqual([700, new Set([3])]);
    expect(engine.bind).toHaveBeenCalledTimes(1);
    expect(engine.unbind).not.toHaveBeenCalled();
    const [images, targets] = engine.bind.mock.calls[0]![0];
    expect(new Set(images!.subarray(0, 700))).toEqual(new Set([3]));
    expect(new Float32Array(targets!.slice().buffer)[0]).toBe(5);
  });

  it("never writes into arrays that a run still reads", () => {
    const { data, engine } = boundData();
    const first = data.bind(column(100, 1));
    expect(data.bind(column(100, 2))).not.toBe(first);
    expect(new Set(engine.bind.mock.calls[0]![0][0]!.subarray(0, 100))).toEqual(new Set([1]));
  });

  it.each([
    ["other sizes", () => column(129, 2)],
    ["shared arrays, which are read where they are", () => new Uint8Array(new SharedArrayBuffer(100))],
  ])("tells them about %s", (_, next) => {
    const { data, engine } = boundData();
    data.unbind(data.bind(column(100, 1)));
    data.bind(next());
    expect(engine.bind).toHaveBeenCalledTimes(2);
  });

  it("forgets many bytes at once, and the oldest of five sets of few bytes", () => {
    const { data, engine } = boundData();
    const large = data.bind(column(100_000, 1));
    data.unbind(large);
    expect(engine.unbind.mock.calls).toEqual([[large]]);
    const small = [1, 2, 4, 8, 16].map((bytes) => data.bind(column(bytes, 1)));
    for (const id of small) data.unbind(id);
    expect(engine.unbind.mock.calls).toEqual([[large], [small[0]]]);
  });

  it("forgets shared arrays, which are the caller's", () => {
    const { data, engine } = boundData();
    data.unbind(data.bind(new Uint8Array(new SharedArrayBuffer(8))));
    expect(engine.unbind).toHaveBeenCalledTimes(1);
  });
});
