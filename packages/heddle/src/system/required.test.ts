import { describe, expect, it } from "vitest";
import { available } from "./required.testing.js";

describe("what tests need of a machine", () => {
  it("is reported as found when nothing is required", () => {
    expect(available("pty", true, {})).toBe(true);
    expect(available("pty", false, {})).toBe(false);
    expect(available("pty", false, { HEDDLE_REQUIRE: "" })).toBe(false);
    expect(available("pty", false, { HEDDLE_REQUIRE: "data,chromium" })).toBe(false);
  });

  it("is an error when it is required and missing", () => {
    const env = { HEDDLE_REQUIRE: "data,pty" };
    expect(available("pty", true, env)).toBe(true);
    expect(() => available("pty", false, env)).toThrow(
      "HEDDLE_REQUIRE names pty, and this machine has none: these tests would be skipped.",
    );
  });

  it("must have a known name, because a misspelt one would require nothing", () => {
    expect(() => available("pty", true, { HEDDLE_REQUIRE: "data,chrome" })).toThrow(
      'HEDDLE_REQUIRE: expected some of data, chromium, pty, node24, redis, postgres, received "chrome".',
    );
  });
});
