import { expect, it } from "vitest";
import { positiveNumber } from "./options.js";

it("a number above 0 is written in decimals", () => {
  expect(["1", "0.5", ".5", "1e-6", " 2"].map(positiveNumber)).toEqual([1, 0.5, 0.5, 1e-6, 2]);
  for (const text of ["", " ", "0", "-1", "0x10", "0b1", "1e999", "Infinity", "one"])
    expect(() => positiveNumber(text)).toThrow("Expected a number above 0.");
});
