import { describe, expect, it } from "vitest";
import { Constant, OneCycle, type Schedule, schedules } from "./index.js";

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

  it("refuses what is no cycle", () => {
    expect(() => new OneCycle(0)).toThrow(
      "OneCycle: expected peak to be a number above 0, received 0. Correct the schedule.",
    );
    expect(() => new OneCycle(1, { warmup: 1.5 })).toThrow(
      "OneCycle: expected warmup to be from 0 to 1, received 1.5. Correct the schedule.",
    );
    expect(() => new OneCycle(1, { end: Number.NaN })).toThrow(
      "expected end to be from 0 to 1, received NaN.",
    );
  });
});

it.each([new Constant(0.3), new OneCycle(0.1, { warmup: 0.4, start: 0.2, end: 0 })])(
  "%o goes into a configuration and comes back",
  (schedule) => {
    const again = schedules.deserialize("test", {
      class_name: schedule.className,
      config: schedule.getConfig(),
    });
    expect(again).toEqual(schedule);
    expect(again).not.toBe(schedule);
  },
);
