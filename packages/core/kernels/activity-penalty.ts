// Penalties on a layer's output values.
import { F32 } from "./simd";

/**
 * out[n] = l1 · Σ |x[n,i]| + l2 · Σ x[n,i]², added to the old value unless `first` is 1: x [N, count], out [N]. Summed
 * in f64, in an order that is the same for every sample.
 */
export function activityPenalty(
  out: usize, x: usize, N: usize, count: usize, l1: f32, l2: f32, first: u32,
): void {
  for (let n: usize = 0; n < N; n++) {
    let sums = f64x2.splat(0);
    let squares = f64x2.splat(0);
    let i: usize = 0;
    for (; i + 4 <= count; i += 4) {
      const values = v128.load(x + i * F32);
      const low = f64x2.promote_low_f32x4(values);
      const high = f64x2.promote_low_f32x4(v128.shuffle<u32>(values, values, 2, 3, 0, 1));
      sums = f64x2.add(sums, f64x2.add(f64x2.abs(low), f64x2.abs(high)));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    let absolute = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    let square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    for (; i < count; i++) {
      const value = <f64>load<f32>(x + i * F32);
      absolute += abs(value);
      square += value * value;
    }
    const before: f64 = first ? 0 : <f64>load<f32>(out + n * F32);
    store<f32>(out + n * F32, <f32>(before + <f64>l1 * absolute + <f64>l2 * square));
    x += count * F32;
  }
}

/**
 * The gradient of activityPenalty's mean over the batch, added to the value's own:
 *
 *     dx = dy + scale · (l1 · sign(x) + 2 · l2 · x)
 *
 * dx dy x [N, count]; the sign of 0 is 0; `scale` points to one f32, 1 / batch size. dy may be 0 where there is no
 * other gradient; dx may be dy.
 */
export function activityPenaltyGradient(
  dx: usize, dy: usize, x: usize, scale: usize, N: usize, count: usize, l1: f32, l2: f32,
): void {
  const factor = load<f32>(scale);
  const step: f32 = l1 * factor;
  const slope: f32 = 2 * l2 * factor;
  const zero = f32x4.splat(0);
  const steps = f32x4.splat(step);
  const slopes = f32x4.splat(slope);
  const total = N * count;
  let i: usize = 0;
  for (; i + 4 <= total; i += 4) {
    const value = v128.load(x + i * F32);
    const signed = f32x4.sub(
      v128.and(f32x4.gt(value, zero), steps),
      v128.and(f32x4.lt(value, zero), steps),
    );
    const own = f32x4.add(signed, f32x4.mul(slopes, value));
    v128.store(dx + i * F32, dy ? f32x4.add(v128.load(dy + i * F32), own) : own);
  }
  for (; i < total; i++) {
    const value = load<f32>(x + i * F32);
    const signed: f32 = value > 0 ? step : value < 0 ? -step : 0;
    const own: f32 = signed + slope * value;
    store<f32>(dx + i * F32, dy ? load<f32>(dy + i * F32) + own : own);
  }
}
