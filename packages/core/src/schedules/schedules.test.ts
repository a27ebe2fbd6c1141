import { describe, expect, it } from "vitest";
import {
  Constant,
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  type Schedule,
  schedules,
  Warmup,
} from "./index.js";

describe("Constant", () => {
  it("is the same at every step", () => {
    const schedule: Schedule = new Constant(0.01);
    expect([0, 1, 999].map((step) => schedule.rate(step, 1000))).toEqual([0.01, 0.01, 0.01]);
  });
});

describe("OneCycle", () => {
  it("rises from its start to the peak, then falls to its end", () => {
    const schedule = new OneCycle(2, { warmup: 0.2, start: 0.1, end: 0.01 });
    expect(schedule.rate(0, 100)).toBeCloseTo(0.2, 12);
    expect(schedule.rate(10, 100)).toBeCloseTo(1.1, 12);
    expect(schedule.rate(20, 100)).toBe(2);
    expect(schedule.rate(60, 100)).toBeCloseTo(1.01, 12);
    expect(schedule.rate(100, 100)).toBeCloseTo(0.02, 12);
    const rates = Array.from({ length: 100 }, (_, step) => schedule.rate(step, 100));
    expect(rates.indexOf(Math.max(...rates))).toBe(20);
    expect(rates.every((rate, step) => step === 0 || rate > rates[step - 1]! === step <= 20)).toBe(true);
  });

  it("has the documented defaults", () => {
    const schedule = new OneCycle(1);
    expect(schedule.getConfig()).toEqual({ peak: 1, warmup: 0.2, start: 0.1, end: 0.01 });
  });

  it("may rise or fall all the way, even for a single step", () => {
    expect(new OneCycle(1, { warmup: 0 }).rate(0, 1)).toBe(1);
    expect(new OneCycle(1, { warmup: 1, start: 0.5 }).rate(0, 1)).toBe(0.5);
    expect(new OneCycle(1, { warmup: 1, start: 0 }).rate(3, 4)).toBe(0.75);
  });

  it("refuses impossible cycles", () => {
    expect(() => new OneCycle(0)).toThrow(
      "OneCycle: expected peak to be a number above 0, received 0. Correct peak.",
    );
    expect(() => new OneCycle(1, { warmup: 1.5 })).toThrow(
      "OneCycle: expected warmup to be a number from 0 to 1, received 1.5. Correct warmup.",
    );
    expect(() => new OneCycle(1, { end: Number.NaN })).toThrow(
      "expected end to be a number from 0 to 1, received NaN.",
    );
  });
});

it.each([
  new Constant(0.3),
  new OneCycle(0.1, { warmup: 0.4, start: 0.2, end: 0 }),
  new CosineDecay({ initialLearningRate: 0.1, decaySteps: 100, alpha: 0.1 }),
  new CosineDecay({ initialLearningRate: 0, decaySteps: 100, warmupTarget: 0.1, warmupSteps: 10 }),
  new CosineDecayRestarts({
    initialLearningRate: 0.1,
    firstDecaySteps: 10,
    tMul: 1.5,
    mMul: 0.5,
    alpha: 0.1,
  }),
  new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true }),
  new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 }),
  new PiecewiseConstantDecay([10, 20], [0.3, 0.2, 0.1]),
  new PolynomialDecay({
    initialLearningRate: 0.1,
    decaySteps: 10,
    endLearningRate: 0.01,
    power: 2,
    cycle: true,
  }),
  new Warmup(new CosineDecay({ initialLearningRate: 0.1, decaySteps: 100 }), { steps: 20 }),
])("%o is read back from its configuration", (schedule) => {
  const again = schedules.deserialize("test", {
    class_name: schedule.className,
    config: schedule.getConfig(),
  });
  expect(again).toEqual(schedule);
  expect(again).not.toBe(schedule);
});

it("a warm-up rises to the start of the schedule after it, which counts its own steps", () => {
  const schedule = new Warmup(new OneCycle(1, { warmup: 0, end: 0 }), { steps: 4 });
  expect([0, 1, 2, 3, 4, 6, 8].map((step) => schedule.rate(step, 8))).toEqual([
    0.25, 0.5, 0.75, 1, 1, 0.5, 0,
  ]);
  expect(new Warmup(new Constant(0.1), { steps: 0 }).rate(0, 10)).toBe(0.1);
  expect(() => new Warmup(new Constant(0.1), { steps: -1 })).toThrow(
    "Warmup: expected steps to be a number of at least 0, received -1. Correct steps.",
  );
});

it("a decay with restarts restarts exactly at the end of each period", () => {
  const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, mMul: 0.5 });
  expect([0, 10, 30, 70].map((step) => schedule.rate(step))).toEqual([1, 0.5, 0.25, 0.125]);
  expect(schedule.rate(29)).toBeLessThan(0.01);
});

it("decays refuse impossible options", () => {
  const cosine = { initialLearningRate: 0.1, decaySteps: 100 };
  expect(() => new CosineDecay({ ...cosine, decaySteps: 0 })).toThrow(
    "CosineDecay: expected decaySteps to be a number above 0, received 0. Correct decaySteps.",
  );
  expect(() => new CosineDecay({ ...cosine, warmupSteps: -1 })).toThrow(
    "warmupSteps to be a number of at least 0",
  );
  expect(() => new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 10, tMul: 0.5 })).toThrow(
    "CosineDecayRestarts: expected tMul to be a number of at least 1, received 0.5. Correct tMul.",
  );
  expect(() => new PiecewiseConstantDecay([1, 2], [0.1, 0.2])).toThrow(
    "PiecewiseConstantDecay: expected 3 values for its boundaries, received 2. Correct the schedule.",
  );
  expect(() => new PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3])).toThrow(
    "boundaries that rise, received [2,1]",
  );
  expect(() => schedules.create("test", "ExponentialDecay")).toThrow(
    "ExponentialDecay: expected initialLearningRate to be a number of at least 0, received NaN. Correct initialLearningRate.",
  );
});
