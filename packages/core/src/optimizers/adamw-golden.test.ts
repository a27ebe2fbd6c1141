// AdamW against real Keras: tools/golden/adamw.py wrote the values.
import { expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import type { JsonObject } from "../base/json.js";
import { Adam, adamOptionsIn } from "./adam.js";
import { AdamW } from "./adamw.js";

const { cases } = readGolden<{
  readonly cases: readonly {
    readonly config: JsonObject;
    readonly start: readonly number[];
    readonly gradients: readonly (readonly number[])[];
    readonly steps: readonly (readonly number[])[];
  }[];
}>("adamw");

/** The largest difference of ten steps, of the largest weight, of an optimizer's numbers with the update in f64. */
function drift(optimizer: Adam, { start, gradients, steps }: (typeof cases)[number]): number {
  const decay = optimizer.weightDecay ?? 0;
  const w = [...start];
  const [m, v, h] = [0, 1, 2].map(() => start.map(() => 0)) as [number[], number[], number[]];
  let worst = 0;
  gradients.forEach((gradient, step) => {
    const rate = optimizer.schedule.rate(step, steps.length);
    const [alpha, rest1, rest2, epsilon] = optimizer.scalars(step + 1, rate) as [
      number,
      number,
      number,
      number,
    ];
    gradient.forEach((g, at) => {
      w[at]! -= w[at]! * decay * rate;
      m[at]! += (g - m[at]!) * rest1;
      v[at]! += (g * g - v[at]!) * rest2;
      h[at] = Math.max(h[at]!, v[at]!);
      w[at]! -= (alpha * m[at]!) / (Math.sqrt(optimizer.amsgrad ? h[at]! : v[at]!) + epsilon);
    });
    const largest = Math.max(...steps[step]!.map(Math.abs));
    worst = Math.max(worst, ...w.map((value, at) => Math.abs(value - steps[step]![at]!) / largest));
  });
  return worst;
}

it.each(cases)("ten steps are Keras's, whose correction of the moments has 32 bits", (example) => {
  const own = drift(AdamW.fromConfig(example.config), example);
  expect(own).toBeLessThan(4e-7);
  // Exact powers would make each step longer.
  expect(drift(new Adam(adamOptionsIn(example.config)), example)).toBeGreaterThan(own);
});
