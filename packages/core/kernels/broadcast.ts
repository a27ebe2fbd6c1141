// Several values of different shapes, element by element: along an axis of size 1 an operand repeats. Its strides, in
// floats, are 0 there; a stride along the last axis is 0 or 1.
import { F32, madd } from "./simd";
import { high, low } from "./wide-math";

const ADD: u32 = 0;
const SUBTRACT: u32 = 1;
const MULTIPLY: u32 = 2;
const MAXIMUM: u32 = 3;

/**
 * y = a ∘ b, where `kind` is the operation's number in `src/ops/elementwise-merge.ts`
 *
 * y [N, H, W, C]; a and b advance by aN and bN from sample to sample, by aH, aW, aC and bH, bW, bC within one. y may be
 * an operand of its own shape.
 */
export function combine(
  y: usize, a: usize, b: usize,
  N: usize, H: usize, W: usize, C: usize,
  aN: usize, aH: usize, aW: usize, aC: usize, bN: usize, bH: usize, bW: usize, bC: usize,
  kind: u32,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        const first = a + (n * aN + h * aH + w * aW) * F32;
        const second = b + (n * bN + h * bH + w * bW) * F32;
        let c: usize = 0;
        for (; c + 4 <= C; c += 4, y += 16) {
          v128.store(y, combined(lanes(first + c * aC * F32, aC), lanes(second + c * bC * F32, bC), kind));
        }
        for (; c < C; c++, y += F32) {
          const one = v128.load32_splat(first + c * aC * F32);
          const other = v128.load32_splat(second + c * bC * F32);
          store<f32>(y, f32x4.extract_lane(combined(one, other, kind), 0));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function lanes(from: usize, stride: usize): v128 {
  return stride ? v128.load(from) : v128.load32_splat(from);
}

// @ts-ignore: decorator
@inline
function combined(a: v128, b: v128, kind: u32): v128 {
  if (kind == ADD) return f32x4.add(a, b);
  if (kind == SUBTRACT) return f32x4.sub(a, b);
  if (kind == MULTIPLY) return f32x4.mul(a, b);
  return kind == MAXIMUM ? f32x4.max(a, b) : f32x4.min(a, b);
}

/**
 * The gradient of a maximum or a minimum with respect to one of its operands: dx = rest where x = y, else 0. What it
 * takes is 0 in `rest` afterwards, so that of equal operands the first has the gradient.
 *
 * dx rest y [N, H, W, C]; x advances by xN from sample to sample, by xH, xW, xC within one. dx is none of the others.
 */
export function takeWhereEqual(
  dx: usize, rest: usize, x: usize, y: usize,
  N: usize, H: usize, W: usize, C: usize, xN: usize, xH: usize, xW: usize, xC: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        const from = x + (n * xN + h * xH + w * xW) * F32;
        for (let c: usize = 0; c < C; c++, dx += F32, rest += F32, y += F32) {
          const taken = load<f32>(from + c * xC * F32) == load<f32>(y);
          store<f32>(dx, taken ? load<f32>(rest) : 0);
          if (taken) store<f32>(rest, 0);
        }
      }
    }
  }
}

/** y[i,k] = Σ_j x[i,j,k] / divisor, j ascending, in f64: x [N · rows, J, K], y [N · rows, K]. */
export function sumAlong(y: usize, x: usize, N: usize, rows: usize, J: usize, K: usize, divisor: f64): void {
  const rowBytes = K * F32;
  const shares = f64x2.splat(divisor);
  for (let i: usize = 0; i < N * rows; i++, x += J * rowBytes, y += rowBytes) {
    let k: usize = 0;
    for (; k + 16 <= rowBytes; k += 16) {
      let first = f64x2.splat(0);
      let second = first;
      for (let j: usize = 0; j < J; j++) {
        const values = v128.load(x + j * rowBytes + k);
        first = f64x2.add(first, low(values));
        second = f64x2.add(second, high(values));
      }
      v128.store64_lane(y + k, f32x4.demote_f64x2_zero(f64x2.div(first, shares)), 0);
      v128.store64_lane(y + k + 8, f32x4.demote_f64x2_zero(f64x2.div(second, shares)), 0);
    }
    for (; k < rowBytes; k += F32) {
      let sum: f64 = 0;
      for (let j: usize = 0; j < J; j++) sum += <f64>load<f32>(x + j * rowBytes + k);
      store<f32>(y + k, <f32>(sum / divisor));
    }
  }
}

/** The gradient of x · gamma: dgamma[c] += Σ x[i,c] · dy[i,c], i ascending: x dy [N · rows, C], dgamma [C]. */
export function productGradient(dgamma: usize, x: usize, dy: usize, N: usize, rows: usize, C: usize): void {
  const rowBytes = C * F32;
  for (let row: usize = 0; row < N * rows; row++, x += rowBytes, dy += rowBytes) {
    let c: usize = 0;
    for (; c + 16 <= rowBytes; c += 16) {
      v128.store(dgamma + c, madd(v128.load(dgamma + c), v128.load(x + c), v128.load(dy + c)));
    }
    for (; c < rowBytes; c += F32) {
      store<f32>(dgamma + c, load<f32>(dgamma + c) + load<f32>(x + c) * load<f32>(dy + c));
    }
  }
}
