import { expect, it } from "vitest";
import { sha256 } from "./sha256.js";

it.each([
  // From FIPS 180-4's examples.
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
])("of %j", async (text, digest) => {
  expect(await sha256(new TextEncoder().encode(text))).toBe(digest);
});

it("of a part of a buffer, shared or not, is that of the part", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  shared.set(new TextEncoder().encode("xxabcxxx"));
  expect(await sha256(shared.subarray(2, 5))).toBe(await sha256(new TextEncoder().encode("abc")));
});
