import { describe, expect, it } from "vitest";
import { newerNodeHint } from "./newer-node.js";

const old = { version: "20.20.2", platform: "linux", architecture: "x64", features: "sse4_2 avx avx2 fma" };

describe("the hint that a newer Node is faster", () => {
  it("is one line on an older Node", () => {
    expect(newerNodeHint(old)).toMatch(/^Node 24 or newer would train faster on this processor[^\n]*$/);
    expect(newerNodeHint({ ...old, version: "22.12.0" })).toBeDefined();
  });

  it("is left out where nothing would be gained", () => {
    expect(newerNodeHint({ ...old, version: "24.0.0" })).toBeUndefined();
    expect(newerNodeHint({ ...old, architecture: "arm64" })).toBeUndefined();
    expect(newerNodeHint({ ...old, platform: "darwin" })).toBeUndefined();
    expect(newerNodeHint({ ...old, features: "sse4_2 avx" })).toBeUndefined();
  });
});
