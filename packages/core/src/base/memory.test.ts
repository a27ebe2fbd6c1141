import { expect, it } from "vitest";
import { HeddleError } from "./errors.js";
import { allocateShared } from "./memory.js";

it("memory that cannot be allocated is an error with its size", () => {
  expect(allocateShared(8).byteLength).toBe(8);
  expect(() => allocateShared(2 ** 52)).toThrow(HeddleError);
  expect(() => allocateShared(2 ** 52)).toThrow("Memory: expected 4096.0 TiB in one piece, received ");
});
