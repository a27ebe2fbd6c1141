import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlanOptions, planRegularization } from "./plan.js";
import { regimes } from "./regimes.js";

/** Networks as fast as on a small machine, on as many images as the study has. */
const options: PlanOptions = {
  regimes,
  speeds: {
    none: { imagesPerSecond: 5000, evaluatedPerSecond: 15_000 },
    maxPooling: { imagesPerSecond: 12_000, evaluatedPerSecond: 20_000 },
    strides: { imagesPerSecond: 15_000, evaluatedPerSecond: 30_000 },
  },
  images: { train: 50_000, validation: 10_000, test: 10_000 },
};

describe("planRegularization", () => {
  it("plans 3 seeds of 12 epochs by default, however long they take", () => {
    const plan = planRegularization(options);
    expect(plan).toMatchObject({ seeds: 3, epochs: 12, choosingEpochs: 6 });
    expect(plan.expectedSeconds).toBeGreaterThan(3600);
  });

  it("plans the seeds and epochs that are set", () => {
    expect(planRegularization({ ...options, seeds: 7, epochs: 5 })).toMatchObject({
      seeds: 7,
      epochs: 5,
      choosingEpochs: 3,
    });
  });

  it("fills a budget, and never exceeds it", () => {
    const anything = fc.record({
      budgetSeconds: fc.integer({ min: 300, max: 100_000 }),
      speed: fc.double({ min: 0.5, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(anything, ({ budgetSeconds, speed }) => {
        const speeds = Object.fromEntries(
          Object.entries(options.speeds).map(([kind, { imagesPerSecond, evaluatedPerSecond }]) => [
            kind,
            { imagesPerSecond: imagesPerSecond * speed, evaluatedPerSecond: evaluatedPerSecond * speed },
          ]),
        ) as PlanOptions["speeds"];
        const faster = { ...options, speeds, budgetSeconds };
        const least = planRegularization({ ...options, speeds, seeds: 2, epochs: 1 }).expectedSeconds;
        if (least * 1.05 > budgetSeconds) {
          expect(() => planRegularization(faster)).toThrow("`budget`");
          return;
        }
        const plan = planRegularization(faster);
        expect(plan.expectedSeconds).toBeLessThanOrEqual(budgetSeconds);
        const { seeds, epochs } = plan;
        if (seeds === 10 && epochs === 28) return;
        const more = [
          { seeds: seeds + 1, epochs },
          { seeds, epochs: epochs + 1 },
        ].map((size) => planRegularization({ ...options, speeds, ...size }).expectedSeconds * 1.05);
        expect(Math.max(...more)).toBeGreaterThan(budgetSeconds);
      }),
    );
  });

  it("spends a budget on three seeds first, then on epochs, then on both", () => {
    const of = (budgetSeconds: number) => {
      const { seeds, epochs } = planRegularization({ ...options, budgetSeconds });
      return [seeds, epochs];
    };
    expect(of(500)).toEqual([2, 1]);
    expect(of(20 * 60)[0]).toBe(3);
    expect(of(20 * 60)[1]).toBeGreaterThan(1);
    expect(of(2 * 3600)[1]).toBe(12);
    expect(of(2 * 3600)[0]).toBeGreaterThan(3);
    expect(of(100 * 3600)).toEqual([10, 28]);
  });

  it("fits the number that is not set to the one that is", () => {
    const budgetSeconds = 3600;
    expect(planRegularization({ ...options, budgetSeconds, seeds: 6 }).seeds).toBe(6);
    expect(planRegularization({ ...options, budgetSeconds, epochs: 4 }).epochs).toBe(4);
    expect(planRegularization({ ...options, budgetSeconds, epochs: 4 }).seeds).toBeGreaterThan(3);
  });

  it("counts the time that measuring took, and names the budget as it was set", () => {
    const budgetSeconds = 3600;
    const { expectedSeconds } = planRegularization({ ...options, budgetSeconds, spentSeconds: 1800 });
    expect(expectedSeconds).toBeLessThan(1800);
    expect(() => planRegularization({ ...options, budgetSeconds: 60, spentSeconds: 1e4 })).toThrow(
      /at least \dh\d\dm, .*received 1m00s/,
    );
  });

  it("says how long the shortest study takes when a budget is too small", () => {
    expect(() => planRegularization({ ...options, budgetSeconds: 60 })).toThrow(
      /^`budget`: expected at least \d+m\d\ds, for 2 seeds of 1 epoch at the speed of this machine, received 1m00s\. Allow more time, or use fewer images by `limit`\.$/,
    );
  });
});
