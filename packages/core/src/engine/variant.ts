import { enableRelaxedSimd } from "#threads";
import { HeddleError } from "../base/errors.js";

/**
 * Which build of the kernels runs: `strict` multiplies, then adds, and gives the same bits on every machine; `fma`
 * fuses the two with one rounding, which is faster.
 */
export type Variant = "strict" | "fma";

// (func (export "f") (param f32 f32 f32) (result f32)): lane 0 of f32x4.relaxed_madd of the three, splatted.
const MADD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 125, 125, 125, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10,
  22, 1, 20, 0, 32, 0, 253, 19, 32, 1, 253, 19, 32, 2, 253, 19, 253, 133, 2, 253, 31, 0, 11,
]);

/**
 * True where the `fma` kernels run as meant: the engine has relaxed SIMD, and its multiply-add rounds once. The
 * proposal allows two roundings, as in Bun 1.4 on x86-64 and on processors without the instruction; the kernels would
 * then give the bits of `strict` under the name of `fma`.
 */
export function hasRelaxedSimd(): boolean {
  enableRelaxedSimd();
  if (!WebAssembly.validate(MADD_PROBE)) return false;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(MADD_PROBE)).exports;
  const x = 1 + 2 ** -23;
  // (1 + 2^-23)² - (1 + 2^-22) is 2^-46; where the square is rounded first, nothing is left of it.
  return (f as (a: number, b: number, c: number) => number)(x, x, -(1 + 2 ** -22)) === 2 ** -46;
}

/**
 * The variant to run: `strict`, unless `fast` is set.
 *
 * @throws HeddleError where `fast` is set and the `fma` kernels do not run as meant
 */
export function chooseVariant(fast: boolean): Variant {
  if (!fast) return "strict";
  if (hasRelaxedSimd()) return "fma";
  throw new HeddleError({
    who: "Fast kernels",
    expected: "a JavaScript engine and a processor with a fused multiply-add",
    received: "one without",
    next: "Omit `fast`: the strict kernels run everywhere.",
  });
}
