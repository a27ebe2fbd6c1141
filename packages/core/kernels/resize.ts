// Images resized.
import { philoxBlock, uniformAt } from "./random";
import { copyFloats, F32 } from "./simd";

/** The position in an input axis of `size` that output position `at` comes from; in f32, as in TensorFlow. */
// @ts-ignore: decorator
@inline
function place(at: usize, scale: f32, size: usize, bilinear: u32): f32 {
  const center = (<f32>at + 0.5) * scale;
  return bilinear != 0 ? center - 0.5 : min<f32>(floor<f32>(center), <f32>size - 1);
}

/** The pixel at `index` of an axis, or the last one. */
// @ts-ignore: decorator
@inline
function clamped(index: i32, size: usize): usize {
  return <usize>min<i32>(max<i32>(index, 0), <i32>size - 1);
}

/**
 * y = the part of x from (top, left) on, height × width pixels, resized to P × Q with half-pixel centres:
 * interpolated from four pixels where `bilinear` is 1, else the nearest: x [N, H, W, C], y [N, P, Q, C].
 */
export function resize(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  top: usize, left: usize, height: usize, width: usize, bilinear: u32,
): void {
  visit(y, x, N, H, W, C, P, Q, top, left, height, width, bilinear, false);
}

/** The gradient of resize: dx [N, H, W, C], dy [N, P, Q, C]. */
export function resizeBackward(
  dx: usize, dy: usize, N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  top: usize, left: usize, height: usize, width: usize, bilinear: u32,
): void {
  memory.fill(dx, 0, N * H * W * C * F32);
  visit(dy, dx, N, H, W, C, P, Q, top, left, height, width, bilinear, true);
}

/** Either pass: `to` are the output's pixels, `from` the input's; backward, `to` is added to `from`. */
// @ts-ignore: decorator
@inline
function visit(
  to: usize, from: usize, N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  top: usize, left: usize, height: usize, width: usize, bilinear: u32, backward: bool,
): void {
  const pixelBytes = C * F32;
  const scaleH = <f32>height / <f32>P;
  const scaleW = <f32>width / <f32>Q;
  for (let n: usize = 0; n < N; n++, from += H * W * pixelBytes) {
    for (let p: usize = 0; p < P; p++) {
      const row = place(p, scaleH, height, bilinear);
      const wholeRow = floor<f32>(row);
      const down = row - wholeRow;
      const above = from + (top + clamped(<i32>wholeRow, height)) * W * pixelBytes;
      const below = from + (top + clamped(<i32>wholeRow + 1, height)) * W * pixelBytes;
      for (let q: usize = 0; q < Q; q++, to += pixelBytes) {
        const column = place(q, scaleW, width, bilinear);
        const wholeColumn = floor<f32>(column);
        const right = column - wholeColumn;
        const near = (left + clamped(<i32>wholeColumn, width)) * pixelBytes;
        const far = (left + clamped(<i32>wholeColumn + 1, width)) * pixelBytes;
        for (let c: usize = 0; c < pixelBytes; c += F32) {
          if (backward) {
            const gradient = load<f32>(to + c);
            add(above + near + c, gradient * (1 - down) * (1 - right));
            add(above + far + c, gradient * (1 - down) * right);
            add(below + near + c, gradient * down * (1 - right));
            add(below + far + c, gradient * down * right);
          } else {
            const upper = mix(load<f32>(above + near + c), load<f32>(above + far + c), right);
            const lower = mix(load<f32>(below + near + c), load<f32>(below + far + c), right);
            store<f32>(to + c, mix(upper, lower, down));
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function mix(a: f32, b: f32, share: f32): f32 {
  return a + (b - a) * share;
}

// @ts-ignore: decorator
@inline
function add(at: usize, value: f32): void {
  store<f32>(at, load<f32>(at) + value);
}

/**
 * y = a window of P × Q of x, anywhere in it: x [N, H, W, C], y [N, P, Q, C]. The draw's counter is
 * (0, sample, step, layer).
 */
export function randomCrop(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const rowBytes = Q * C * F32;
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const top = <usize>uniformAt(scratch, 0, <f64>(H - P + 1));
    const left = <usize>uniformAt(scratch + 4, 0, <f64>(W - Q + 1));
    for (let p: usize = 0; p < P; p++, y += rowBytes) {
      copyFloats(y, x + ((n * H + top + p) * W + left) * C * F32, Q * C);
    }
  }
}

/** The gradient of randomCrop: dx [N, H, W, C], dy [N, P, Q, C]. */
export function randomCropBackward(
  dx: usize, dy: usize, N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const rowBytes = Q * C * F32;
  memory.fill(dx, 0, N * H * W * C * F32);
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const top = <usize>uniformAt(scratch, 0, <f64>(H - P + 1));
    const left = <usize>uniformAt(scratch + 4, 0, <f64>(W - Q + 1));
    for (let p: usize = 0; p < P; p++, dy += rowBytes) {
      copyFloats(dx + ((n * H + top + p) * W + left) * C * F32, dy, Q * C);
    }
  }
}
