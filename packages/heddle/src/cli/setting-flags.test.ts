import { expect, it } from "vitest";
import { flagOf } from "./setting-flags.js";

it("a setting's flag is the last of its names", () => {
  expect(flagOf("learningRate")).toBe("--learning-rate");
  expect(flagOf("l1")).toBe("--l1");
  expect(flagOf("fast")).toBe("--fast");
});
