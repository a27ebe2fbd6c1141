import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { describe, expect, it } from "vitest";
import { Batcher, type BatchReport } from "./batcher.js";
import type { Values } from "./served-model.js";

const limits = { maxBatch: 4, maxDelayMs: 0, maxQueue: 10, timeoutMs: 20_000 };

/** Doubles each number; waits for `open` first. */
function doubling(open: Promise<void> = Promise.resolve()) {
  const batches: Values[] = [];
  const run = async (images: Values) => {
    batches.push(images);
    await open;
    return Float32Array.from(images, (value) => 2 * value);
  };
  return { batches, run };
}

describe("a batcher", () => {
  it("joins what arrives together, up to a batch, and spreads a larger request over several", async () => {
    const { batches, run } = doubling();
    const reports: BatchReport[] = [];
    const batcher = new Batcher(run, limits, (report) => reports.push(report));
    const answers = await Promise.all([
      batcher.submit(Float32Array.of(1), 1),
      batcher.submit(Float32Array.of(2, 3, 4, 5, 6, 7), 6),
      batcher.submit(Float32Array.of(8), 1),
    ]);
    expect(batches.map((batch) => [...batch])).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect(answers.map((answer) => [...answer])).toEqual([[2], [4, 6, 8, 10, 12, 14], [16]]);
    await batcher.idle();
    expect(reports.map(({ images, waitedSeconds }) => [images, waitedSeconds.length])).toEqual([
      [4, 2],
      [4, 1],
    ]);
  });

  it("keeps bytes and floats apart", async () => {
    const { batches, run } = doubling();
    const batcher = new Batcher(run, limits);
    const some = [Uint8Array.of(1), Uint8Array.of(2), Float32Array.of(3)];
    await Promise.all(some.map((images) => batcher.submit(images, 1)));
    expect(batches).toEqual([Uint8Array.of(1, 2), Float32Array.of(3)]);
  });

  it("waits for more images only while it computes nothing", async () => {
    const { batches, run } = doubling();
    const batcher = new Batcher(run, { ...limits, maxDelayMs: 60_000 });
    const answers = [1, 2, 3, 4].map((value) => batcher.submit(Float32Array.of(value), 1));
    expect(await Promise.all(answers)).toHaveLength(4);
    expect(batches).toHaveLength(1);
  });

  it("computes few images at once, and helps while the threads compute many", async () => {
    let open = () => {};
    const { batches, run } = doubling(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const own: number[][] = [];
    const atOnce = {
      most: 2,
      helps: true,
      run: (images: Values) => {
        own.push([...images]);
        return Float32Array.from(images, (value) => 2 * value);
      },
    };
    const reports: BatchReport[] = [];
    const batcher = new Batcher(run, { ...limits, maxBatch: 16 }, (report) => reports.push(report), atOnce);
    expect(await batcher.submit(Float32Array.of(1), 1)).toEqual(Float32Array.of(2));
    await batcher.idle();
    expect([own, batches]).toEqual([[[1]], []]);
    // Eight go to the threads, which are held up; the rest is computed here, though one request is in both parts.
    const values = Float32Array.from({ length: 10 }, (_, at) => at);
    const large = batcher.submit(values, 10);
    await expect.poll(() => own).toEqual([[1], [8, 9]]);
    expect(batches.map((batch) => [...batch])).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
    const small = batcher.submit(Float32Array.of(20), 1);
    expect(await small).toEqual(Float32Array.of(40));
    open();
    expect(await large).toEqual(values.map((value) => 2 * value));
    await batcher.idle();
    expect(reports.map(({ images }) => images)).toEqual([1, 2, 1, 8]);
  });

  it("gives the fault of what it computes at once to its request alone", async () => {
    const { run } = doubling();
    const atOnce = {
      most: 1,
      helps: false,
      run: () => {
        throw new Error("a kernel failed");
      },
    };
    const batcher = new Batcher(run, limits, undefined, atOnce);
    await expect(batcher.submit(Float32Array.of(1), 1)).rejects.toThrow("a kernel failed");
    const both = [batcher.submit(Float32Array.of(1), 1), batcher.submit(Float32Array.of(2), 1)];
    expect(await Promise.all(both)).toEqual([Float32Array.of(2), Float32Array.of(4)]);
  });

  it("refuses what does not fit into its queue, and says when to come back", async () => {
    let open = () => {};
    const { run } = doubling(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const batcher = new Batcher(run, limits);
    expect(() => batcher.submit(new Float32Array(11), 11)).toThrow(
      "Request: expected at most 10 images, received 11. Send several requests.",
    );
    const first = batcher.submit(new Float32Array(10), 10);
    let refusal: unknown;
    try {
      void batcher.submit(new Float32Array(7), 7);
    } catch (thrown) {
      refusal = thrown;
    }
    expect(refusal).toMatchObject({ status: 503, retryAfterSeconds: 1 });
    // Four are computed, six wait.
    expect(batcher.waiting).toBe(6);
    open();
    await first;
    expect(batcher.waiting).toBe(0);
  });

  it("drops images whose client has gone, or whose time is over", async () => {
    let open = () => {};
    const { batches, run } = doubling(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const batcher = new Batcher(run, { ...limits, timeoutMs: 30 });
    const running = batcher.submit(new Float32Array(4), 4).catch((thrown: unknown) => thrown);
    let leave = () => {};
    const dropped = batcher.submit(Float32Array.of(1), 1, (drop) => {
      leave = drop;
    });
    const late = batcher.submit(Float32Array.of(2), 1);
    leave();
    await expect(dropped).rejects.toMatchObject({ status: 499 });
    await expect(late).rejects.toMatchObject({ status: 504 });
    expect(await running).toMatchObject({ status: 504 });
    const next = batcher.submit(Float32Array.of(3), 1);
    open();
    expect(await next).toEqual(Float32Array.of(6));
    expect(batches.map(({ length }) => length)).toEqual([4, 1]);
  });

  it("computes again when a thread has died, but not when the images were refused", async () => {
    const faults: unknown[] = [new Error("a compute thread died")];
    let calls = 0;
    const batcher = new Batcher(async (images) => {
      calls++;
      const fault = faults.shift();
      if (fault) throw fault;
      return Float32Array.from(images);
    }, limits);
    expect(await batcher.submit(Float32Array.of(1), 1)).toEqual(Float32Array.of(1));
    expect(calls).toBe(2);
    faults.push(new HeddleError("No."));
    await expect(batcher.submit(Float32Array.of(1), 1)).rejects.toThrow("No.");
    faults.push(new Error("dead"), new Error("dead again"));
    await expect(batcher.submit(Float32Array.of(1), 1)).rejects.toThrow("dead again");
    expect(await batcher.submit(Float32Array.of(1), 1)).toEqual(Float32Array.of(1));
  });
});
