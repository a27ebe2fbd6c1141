// The best values that Heddle's TPE finds on six test functions, as JSON: for compare.py next to it.
import { Sweep } from "../../packages/core/dist/sweep/sweep.js";

const { cos, exp, PI, sqrt } = Math;
const sum = (values) => values.reduce((total, value) => total + value, 0);

const HARTMANN = {
  a: [1, 1.2, 3, 3.2],
  A: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  P: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
};

/** Each with the bounds of its dimensions. */
const functions = {
  Branin: {
    bounds: [
      [-5, 10],
      [0, 15],
    ],
    value: ([x, y]) =>
      (y - (5.1 * x * x) / (4 * PI * PI) + (5 * x) / PI - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * cos(x) + 10,
  },
  Rosenbrock: {
    bounds: Array(3).fill([-5, 10]),
    value: (x) => sum(x.slice(1).map((next, i) => 100 * (next - x[i] ** 2) ** 2 + (1 - x[i]) ** 2)),
  },
  Rastrigin: {
    bounds: Array(3).fill([-5.12, 5.12]),
    value: (x) => 10 * x.length + sum(x.map((one) => one * one - 10 * cos(2 * PI * one))),
  },
  "Styblinski–Tang": {
    bounds: Array(4).fill([-5, 5]),
    value: (x) => sum(x.map((one) => one ** 4 - 16 * one ** 2 + 5 * one)) / 2,
  },
  Ackley: {
    bounds: Array(5).fill([-32.768, 32.768]),
    value: (x) =>
      20 +
      Math.E -
      20 * exp(-0.2 * sqrt(sum(x.map((one) => one * one)) / x.length)) -
      exp(sum(x.map((one) => cos(2 * PI * one))) / x.length),
  },
  Hartmann: {
    bounds: Array(6).fill([0, 1]),
    value: (x) =>
      -sum(
        HARTMANN.a.map(
          (weight, i) =>
            weight * exp(-sum(x.map((one, j) => HARTMANN.A[i][j] * (one - HARTMANN.P[i][j]) ** 2))),
        ),
      ),
  },
};

/** The lowest value of a sweep's trials. */
function best({ bounds, value }, search, trials, seed) {
  const parameters = Object.fromEntries(
    bounds.map(([low, high], i) => [`x${i}`, { type: "float", low, high }]),
  );
  const sweep = new Sweep({ name: "tpe", goal: "minimize", trials, seed, parameters, search });
  const study = { trials: [] };
  for (;;) {
    const decision = sweep.decide(study);
    if (decision.kind !== "start") break;
    const objectives = [value(bounds.map((_, i) => decision.values[`x${i}`]))];
    study.trials.push({
      number: study.trials.length,
      state: "complete",
      values: decision.values,
      objectives,
      reports: [],
    });
  }
  return Math.min(...study.trials.map(({ objectives }) => objectives[0]));
}

const [trials, seeds] = process.argv.slice(2).map(Number);
const each = (search, one) => Array.from({ length: seeds }, (_, seed) => best(one, search, trials, seed));
const results = Object.entries(functions).map(([name, one]) => ({
  name,
  bounds: one.bounds,
  // That both sides compute the same function.
  probe: one.value(one.bounds.map(([low, high]) => low + 0.3 * (high - low))),
  tpe: each({ type: "tpe" }, one),
  random: each({ type: "random" }, one),
}));
console.log(JSON.stringify(results));
