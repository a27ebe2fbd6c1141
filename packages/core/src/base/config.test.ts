import { expect, it } from "vitest";
import { numberIn, numbersIn, optionsIn } from "./config.js";

const config = { rate: 0.5, beta_1: "0.9", mode: "same", seed: null };

it("a missing number of a configuration is its fallback, NaN by default", () => {
  expect(numberIn(config, "rate")).toBe(0.5);
  expect(numberIn(config, "seed")).toBeNaN();
  expect(numberIn(config, "missing", 3)).toBe(3);
});

it("only keys of a configuration become options, under Heddle's names", () => {
  expect(numbersIn(config, "beta_1", "beta_2", "seed")).toEqual({ beta1: 0.9 });
  expect(optionsIn(config, "beta_1", "mode", "missing")).toEqual({ beta1: "0.9", mode: "same" });
});
