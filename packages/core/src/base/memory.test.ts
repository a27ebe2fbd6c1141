import { expect, it } from "vitest";
import { HeddleError } from "./errors.js";
import { allocateShared } from "./memory.js";

it("memory that is not to be had is an error that says how much", () => {
  expect(allocateShared(8).byteLength).toBe(8);
  expect(() => allocateShared(2 ** 52)).toThrow(HeddleError);
  expect(() => allocateShared(2 ** 52)).toThrow("Memory: expected 4096.0 TiB in one piece, received ");
});
