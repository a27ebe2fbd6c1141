import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BudgetRequest, parseDuration, planBudget } from "./budget.js";

const request: BudgetRequest = {
  seconds: 60,
  passedSeconds: 4,
  throughput: { imagesPerSecond: 13_000, evaluatedPerSecond: 40_000 },
  trainImages: 60_000,
  validationImages: 10_000,
  testImages: 10_000,
  batchSize: 64,
};

describe("planBudget", () => {
  it("counts training, validation and evaluation", () => {
    // 60 s − 4 passed − 3 report − 1.25 test = 51.75, less 5 %: 49.16; − 1.5 for the training images;
    // an epoch takes 4.615 + 0.25 s, so there are 9.79 of them.
    expect(planBudget(request)).toEqual({
      epochs: 9,
      share: 1,
      text: "60 s at 13,000 images/s: 9 epochs of 60,000 images",
    });
  });

  it("never plans more than fits", () => {
    const budgets = fc.record({
      seconds: fc.integer({ min: 1, max: 10_000 }),
      rate: fc.integer({ min: 100, max: 100_000 }),
    });
    fc.assert(
      fc.property(budgets, ({ seconds, rate }) => {
        const throughput = { imagesPerSecond: rate, evaluatedPerSecond: 3 * rate };
        let plan: { epochs: number; share: number };
        try {
          plan = planBudget({ ...request, seconds, throughput });
        } catch {
          return;
        }
        const { epochs, share } = plan;
        const trained = epochs * share * (60_000 / rate);
        const measured = (share * 60_000 + 50_000 + epochs * share * 10_000) / (3 * rate);
        expect(4 + 3 + trained + measured).toBeLessThanOrEqual(seconds);
      }),
    );
  });

  it("plans at most the maximum number of epochs", () => {
    expect(planBudget({ ...request, maximumEpochs: 5 })).toMatchObject({
      epochs: 5,
      text: "60 s at 13,000 images/s: 5 epochs of 60,000 images (the maximum; 9 would fit)",
    });
    expect(planBudget({ ...request, maximumEpochs: 50 })).toEqual(planBudget(request));
  });

  it("plans no more epochs than few images are of use for, unless a maximum says so", () => {
    const few = { ...request, trainImages: 60, testImages: 20, validationImages: 20, usefulEpochs: 300 };
    const { epochs, text } = planBudget(few);
    expect(epochs).toBe(300);
    expect(text).toMatch(
      /^60 s at 13,000 images\/s: 300 epochs of 60 images \(more would only repeat so few images, unless `epochs` sets another maximum; \d,\d{3} would fit\)$/,
    );
    expect(planBudget({ ...few, maximumEpochs: 5000 }).epochs).toBe(5000);
  });

  it("leaves time for the models of a cross-validation", () => {
    // 60 − 8.25 − 1.5 for five starts, less 5 %: 47.74; − 1.5; an epoch takes 5 · 4.615 + 0.25 s.
    expect(planBudget({ ...request, folds: 5 }).epochs).toBe(1);
    expect(planBudget({ ...request, seconds: 120, folds: 5 }).epochs).toBe(4);
  });

  it("plans part of the images if not even one epoch fits", () => {
    const { epochs, share, text } = planBudget({ ...request, seconds: 12 });
    expect(epochs).toBe(1);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    expect(text).toMatch(
      /^12 s at 13,000 images\/s is not enough for an epoch: 1 epoch of [\d,]+ of the 60,000 images$/,
    );
  });

  it("refuses a budget of less than ten steps", () => {
    expect(() => planBudget({ ...request, seconds: 5 })).toThrow(
      "Budget: expected at least 9 s on this machine: 4.0 s have passed, and evaluation and report take 4.3 s, received 5 s. Allow more time, or train without a budget.",
    );
    expect(planBudget({ ...request, seconds: 9 }).epochs).toBe(1);
  });
});

describe("parseDuration", () => {
  it.each([
    ["60s", 60],
    ["90", 90],
    ["1.5m", 90],
    ["2h", 7200],
    ["0s", undefined],
    ["-5s", undefined],
    ["5d", undefined],
    ["1m30s", undefined],
    ["", undefined],
  ])("reads %j as %s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});
