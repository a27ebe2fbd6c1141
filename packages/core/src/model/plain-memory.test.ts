// A page without cross-origin isolation has one thread, whose memory the page cannot see.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AbortedError } from "../base/errors.js";
import { tinyCnn, tinyImages } from "./tiny-model.testing.js";

beforeEach(() => {
  vi.stubGlobal("crossOriginIsolated", false);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("without shared memory", () => {
  it("a model trains to the same weights on one thread, and evaluates and predicts the same", async () => {
    const [train, test] = [tinyImages(100, 1), tinyImages(30, 2)];
    const results = [];
    for (const shared of [false, true]) {
      vi.stubGlobal("crossOriginIsolated", shared);
      const model = tinyCnn({ seed: 3 });
      model.compile({ threads: 4 });
      expect(await model.engine()).toMatchObject({ variant: "strict", threads: shared ? 4 : 1 });
      const { epochs } = await model.fit(train, { epochs: 3, batchSize: 32, validationData: test });
      results.push({
        epochs: epochs.map(({ loss, accuracy, valLoss }) => ({ loss, accuracy, valLoss })),
        sha: await model.weightsSha256(),
        evaluation: await model.evaluate(test),
        predictions: await model.predict(test),
      });
      model.dispose();
    }
    expect(results[0]).toEqual(results[1]);
  });

  it("a signal still stops the training, between slices of an epoch", async () => {
    const model = tinyCnn();
    const controller = new AbortController();
    const callbacks = [{ onEpochBegin: () => void setTimeout(() => controller.abort(), 30) }];
    const options = { epochs: 1000, batchSize: 8, signal: controller.signal, callbacks };
    const error: Error = await model.fit(tinyImages(20_000), options).then(
      () => expect.fail("the training was not stopped"),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.message).toMatch(/^Stopped (after step \d+ of 2500|before the first step)\.$/);
    expect((await model.predict(tinyImages(4))).every((value) => value >= 0 && value <= 1)).toBe(true);
    model.dispose();
  });
});
