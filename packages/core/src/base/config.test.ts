import { expect, it } from "vitest";
import { booleanIn, nullableNumbersIn, numberIn, numbersIn, optionsIn, textIn } from "./config.js";

const config = { name: "a", rate: 0.5, beta_1: "0.9", beta_2: 0.99, mode: "same", seed: null };

it("a missing number of a configuration is its fallback, NaN by default", () => {
  expect(numberIn(config, "rate")).toBe(0.5);
  expect(numberIn(config, "missing")).toBeNaN();
  expect(numberIn(config, "missing", 3)).toBe(3);
});

it("only keys of a configuration become options, under Heddle's names", () => {
  expect(numbersIn(config, "beta_2", "beta_3")).toEqual({ beta2: 0.99 });
  expect(nullableNumbersIn(config, "beta_2", "seed")).toEqual({ beta2: 0.99 });
  expect(optionsIn(config, "beta_1", "mode", "missing")).toEqual({ beta1: "0.9", mode: "same" });
});

it("a value of another type is refused by its name", () => {
  expect(() => numbersIn(config, "beta_1")).toThrow(
    'Configuration of "a": expected beta_1 to be a number, received "0.9". Correct beta_1.',
  );
  expect(() => numberIn(config, "seed", 3)).toThrow("expected seed to be a number, received null.");
  expect(() => booleanIn(config, "rate", true)).toThrow("expected rate to be true or false, received 0.5.");
  expect(() => textIn(config, "rate")).toThrow("expected rate to be a text, received 0.5.");
});
