import { enableRelaxedSimd } from "#threads";
import { HeddleError } from "../base/errors.js";

/**
 * Which build of the kernels runs: `strict` multiplies, then adds, and gives the same bits on every machine;
 * `fma` fuses the two with one rounding, which is faster where the CPU has the instruction.
 */
export type Variant = "strict" | "fma";

// The smallest module with a relaxed multiply-add: (func (result v128) three v128.const, f32x4.relaxed_madd).
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0,
  253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
]);

/** True where this engine can run the `fma` kernels; switches them on where that takes a flag (Node 20). */
export function hasRelaxedSimd(): boolean {
  enableRelaxedSimd();
  return WebAssembly.validate(RELAXED_PROBE);
}

/** The variant for a wish: strict unless `fast` is asked for. Throws where `fast` cannot be had. */
export function chooseVariant(fast: boolean): Variant {
  if (!fast) return "strict";
  if (hasRelaxedSimd()) return "fma";
  throw new HeddleError({
    who: "Fast kernels",
    expected: "a JavaScript engine with WebAssembly relaxed SIMD",
    received: "one without",
    next: "Leave fast (--fast) out: the strict kernels run everywhere.",
  });
}
