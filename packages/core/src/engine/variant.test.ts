import { afterEach, describe, expect, it, vi } from "vitest";
import { chooseVariant, hasRelaxedSimd } from "./variant.js";

afterEach(() => vi.unstubAllGlobals());

/** A JavaScript engine with one function of WebAssembly replaced. */
function engineWith(change: object): void {
  vi.stubGlobal("WebAssembly", Object.assign(Object.create(WebAssembly), change));
}

const exporting = (f: (a: number, b: number, c: number) => number) => ({
  Instance: class {
    exports = { f };
  },
});

describe("the fused kernels", () => {
  it("are chosen if multiply-adds round once", () => {
    // Exact in doubles, so it is rounded once.
    engineWith(exporting((a, b, c) => a * b + c));
    expect(hasRelaxedSimd()).toBe(true);
    expect(chooseVariant(true)).toBe("fma");
    expect(chooseVariant(false)).toBe("strict");
  });

  it("are refused if multiply-adds round twice", () => {
    engineWith(exporting((a, b, c) => Math.fround(Math.fround(a * b) + c)));
    expect(hasRelaxedSimd()).toBe(false);
    expect(() => chooseVariant(true)).toThrow(
      "Fast kernels: expected a JavaScript engine and a processor with a fused multiply-add, received one " +
        "without. Omit `fast`: the strict kernels run everywhere.",
    );
    expect(chooseVariant(false)).toBe("strict");
  });

  it("are refused if the engine has no relaxed SIMD", () => {
    engineWith({ validate: () => false });
    expect(() => chooseVariant(true)).toThrow("received one without");
  });
});
