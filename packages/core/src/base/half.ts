// Floats of 16 bits: IEEE 754's binary16.

/** The smallest half above zero: 2 to the power of -24. */
const SMALLEST = 1 / (1 << 24);

/** Halves from this size on are rounded to infinity. */
export const HALF_OVERFLOW = 65520;

/** A half from its bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * fraction * SMALLEST
    : (sign * (1024 + fraction) * SMALLEST * (1 << exponent)) / 2;
}

/** The bits of the nearest half, ties to even; of a number below `HALF_OVERFLOW`. */
export function toHalf(value: number): number {
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  // Below 2^-14 halves are multiples of 2^-24.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  // Rounding up to the next power of two carries into the exponent, as it should.
  return sign | (rounded < 1024 ? rounded : rounded + ((exponent + 14) << 10));
}
