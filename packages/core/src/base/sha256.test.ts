import { expect, it } from "vitest";
import { sha256 } from "./sha256.js";

it.each([
  // From FIPS 180-4's examples.
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
])("the SHA-256 of %j is the published one", async (text, digest) => {
  expect(await sha256(new TextEncoder().encode(text))).toBe(digest);
});

it("the SHA-256 of a view covers only the view's bytes, in shared memory or not", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  shared.set(new TextEncoder().encode("xxabcxxx"));
  expect(await sha256(shared.subarray(2, 5))).toBe(await sha256(new TextEncoder().encode("abc")));
});
