import { join } from "node:path";
import { Random } from "@heddle/core/internal/base/random.js";
import { tinyCnn, tinyImages } from "@heddle/core/internal/model/tiny-model.testing.js";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../datasets/tiny-dataset.testing.js";
import { Batcher } from "../../serving/batcher.js";
import type { Values } from "../../serving/served-model.js";
import { openServed } from "./open-served.js";

describe("a served model", () => {
  it("answers each image to the last bit as it does alone, whatever it is batched with, as bytes and as floats", async () => {
    const folder = join(temporaryFolder(), "tiny");
    await tinyCnn({ seed: 3 }).save(folder);
    const { served } = await openServed(folder, { root: ".", threads: 2, onWarning: () => {} });
    try {
      const { images } = tinyImages(60, 5);
      const alone: Float32Array[] = [];
      for (let at = 0; at < 60; at++)
        alone.push(await served.run(images.subarray(64 * at, 64 * (at + 1)), 1));
      expect(new Set(alone.map(String)).size).toBeGreaterThan(50);
      const limits = { maxDelayMs: 0, maxQueue: 1000, timeoutMs: 60_000 };
      const random = new Random(1, "split");
      for (const maxBatch of [1, 7, 64]) {
        const sizes: number[] = [];
        const batcher = new Batcher(served.run, { ...limits, maxBatch }, (report) =>
          sizes.push(report.images),
        );
        const asked: Promise<void>[] = [];
        for (let at = 0; at < 60; ) {
          const [first, count] = [at, Math.min(60 - at, 1 + random.below(5))];
          at += count;
          const bytes = images.subarray(64 * first, 64 * at);
          const values = random.below(3) === 0 ? Float32Array.from(bytes) : bytes;
          asked.push(
            batcher.submit(values, count).then((outputs) => {
              const expected = alone.slice(first, first + count).flatMap((one) => [...one]);
              expect([...outputs]).toEqual(expected);
            }),
          );
        }
        await Promise.all(asked);
        await batcher.idle();
        expect(Math.max(...sizes)).toBeGreaterThan(maxBatch === 1 ? 0 : 3);
      }
    } finally {
      served.close();
    }
  });

  it("answers everything when a thread dies under load", async () => {
    const model = tinyCnn({ seed: 3 });
    model.compile({ threads: 2 });
    try {
      const { images, shape } = tinyImages(64, 5);
      const expected = await model.predict({ images, count: 64, shape });
      const limits = { maxBatch: 4, maxDelayMs: 0, maxQueue: 1000, timeoutMs: 60_000 };
      let batches = 0;
      const run = async (values: Values, count: number) => {
        const outputs = model.predict({ images: values, count, shape });
        // As when the system kills it: the batch under way fails, and the engine is gone.
        if (++batches === 3) (await model["session"]!).engine["die"](new Error("a compute thread died"));
        return outputs;
      };
      const batcher = new Batcher(run, limits);
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, at) => batcher.submit(images.subarray(64 * at, 64 * (at + 1)), 1)),
      );
      expect(answers.flatMap((one) => [...one])).toEqual([...expected]);
      expect(batches).toBe(17);
    } finally {
      model.dispose();
    }
  });
});
