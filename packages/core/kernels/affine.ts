// Images seen through affine maps, and the random maps. A map is six f32 [a0, a1, a2, b0, b1, b2]: output pixel
// (row h, column w) takes the input's value at column a0·w + a1·h + a2 and row b0·w + b1·h + b2.
import { cosTurns, sinTurns } from "./math";
import { philoxBlock, uniformAt } from "./random";
import { copyFloats, F32 } from "./simd";

const MAP_BYTES: usize = 6 * F32;

// What lies beyond the edges; packages/core/src/ops/affine.ts has the same numbers.
const CONSTANT: u32 = 0;
const REFLECT: u32 = 2;
const WRAP: u32 = 3;

// @ts-ignore: decorator
@inline
function storeMap(map: usize, a0: f64, a1: f64, a2: f64, b0: f64, b1: f64, b2: f64): void {
  store<f32>(map, <f32>a0);
  store<f32>(map, <f32>a1, 4);
  store<f32>(map, <f32>a2, 8);
  store<f32>(map, <f32>b0, 12);
  store<f32>(map, <f32>b1, 16);
  store<f32>(map, <f32>b2, 20);
}

/**
 * Maps [N, 6] that move images down and right by random shares of H and W. The draw's counter is
 * (0, sample, step, layer).
 */
export function randomTranslation(
  maps: usize, N: usize, H: usize, W: usize, heightLow: f64, heightHigh: f64, widthLow: f64, widthHigh: f64,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const down = uniformAt(scratch, heightLow, heightHigh) * <f64>H;
    const right = uniformAt(scratch + 4, widthLow, widthHigh) * <f64>W;
    storeMap(maps + n * MAP_BYTES, 1, 0, -right, 0, 1, -down);
  }
}

/**
 * Maps [N, 6] that shrink images around their centre by 1 + a random number for each axis, or by the height's on both
 * where `same` is 1. The draw's counter is (0, sample, step, layer).
 */
export function randomZoom(
  maps: usize, N: usize, H: usize, W: usize, heightLow: f64, heightHigh: f64, widthLow: f64, widthHigh: f64, same: u32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const b = 1 + uniformAt(scratch, heightLow, heightHigh);
    const a = same != 0 ? b : 1 + uniformAt(scratch + 4, widthLow, widthHigh);
    const middleX = 0.5 * (<f64>W - 1);
    const middleY = 0.5 * (<f64>H - 1);
    storeMap(maps + n * MAP_BYTES, a, 0, middleX * (1 - a), 0, b, middleY * (1 - b));
  }
}

/**
 * Maps [N, 6] that rotate images around their centre by random parts of a full turn, counter-clockwise. The draw's
 * counter is (0, sample, step, layer).
 */
export function randomRotation(
  maps: usize, N: usize, H: usize, W: usize, turnsLow: f64, turnsHigh: f64,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const turns = uniformAt(scratch, turnsLow, turnsHigh);
    const cos = cosTurns(turns);
    const sin = sinTurns(turns);
    const middleX = 0.5 * (<f64>W - 1);
    const middleY = 0.5 * (<f64>H - 1);
    const shiftX = middleX - middleX * cos + middleY * sin;
    const shiftY = middleY - middleX * sin - middleY * cos;
    storeMap(maps + n * MAP_BYTES, cos, -sin, shiftX, sin, cos, shiftY);
  }
}

/** A coordinate brought to 0 … size − 1 as TensorFlow does; unchanged where the outside is constant. */
function inside(at: f64, size: f64, mode: u32): f64 {
  if (mode == CONSTANT) return at;
  const last = size - 1;
  if (mode == REFLECT) {
    const period = 2 * size;
    if (at < 0) {
      at += period * trunc<f64>(-at / period);
      at = at < -size ? at + period : -at - 1;
    } else if (at > last) {
      at -= period * trunc<f64>(at / period);
      if (at >= size) at = period - at - 1;
    }
  } else if (mode == WRAP && last > 0) {
    if (at < 0) at += size * (trunc<f64>(-at / last) + 1);
    else if (at > last) at -= size * trunc<f64>(at / last);
  }
  return min<f64>(last, max<f64>(0, at));
}

/** Half away from zero, as C rounds. */
// @ts-ignore: decorator
@inline
function rounded(at: f64): f64 {
  return at < 0 ? ceil<f64>(at - 0.5) : floor<f64>(at + 0.5);
}

/** Offset in bytes of a pixel in an image, or −1 outside. */
// @ts-ignore: decorator
@inline
function pixelAt(row: i32, column: i32, H: usize, W: usize, C: usize): isize {
  if (row < 0 || row >= <i32>H || column < 0 || column >= <i32>W) return -1;
  return <isize>(((<usize>row * W + <usize>column) * C) * F32);
}

// @ts-ignore: decorator
@inline
function readOr(x: usize, offset: isize, channel: usize, fill: f32): f32 {
  return offset < 0 ? fill : load<f32>(x + offset + channel);
}

// @ts-ignore: decorator
@inline
function addTo(dx: usize, offset: isize, channel: usize, value: f32): void {
  if (offset < 0) return;
  const at = dx + offset + channel;
  store<f32>(at, load<f32>(at) + value);
}

/**
 * y[n,h,w] = x[n] at the place that maps[n] gives: interpolated from four pixels where `bilinear` is 1, else the
 * nearest one. `mode` says what lies beyond the edges; a constant is `fill`: x y [N, H, W, C], maps [N, 6], y not x.
 */
export function affine(
  y: usize, x: usize, maps: usize, N: usize, H: usize, W: usize, C: usize, mode: u32, bilinear: u32, fill: f32,
): void {
  const imageBytes = H * W * C * F32;
  for (let n: usize = 0; n < N; n++, y += imageBytes, x += imageBytes, maps += MAP_BYTES) {
    if (mode == CONSTANT && bilinear == 0 && isWholeMove(maps)) {
      moveImage(y, x, <isize>nearest(maps + 20), <isize>nearest(maps + 8), H, W, C, fill);
    } else {
      visit(y, x, maps, 1, H, W, C, mode, bilinear, fill, false);
    }
  }
}

/** True for maps that shift all pixels alike, but not by half a pixel, which rounds differently on each side of 0. */
function isWholeMove(map: usize): bool {
  const turned = load<f32>(map) != 1 || load<f32>(map, 4) != 0 || load<f32>(map, 12) != 0 || load<f32>(map, 16) != 1;
  return !turned && isNoTie(<f64>load<f32>(map, 8)) && isNoTie(<f64>load<f32>(map, 20));
}

// @ts-ignore: decorator
@inline
function isNoTie(at: f64): bool {
  return floor<f64>(at + 0.5) == ceil<f64>(at - 0.5);
}

// @ts-ignore: decorator
@inline
function nearest(at: usize): f64 {
  return floor<f64>(<f64>load<f32>(at) + 0.5);
}

/** y[h,w] = x[h + down, w + right], `fill` outside. */
function moveImage(
  y: usize, x: usize, down: isize, right: isize, H: usize, W: usize, C: usize, fill: f32,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  // Columns first … last−1 have a pixel in x.
  const first = <usize>max<isize>(0, min<isize>(<isize>W, -right));
  const last = <usize>max<isize>(<isize>first, min<isize>(<isize>W, <isize>W - right));
  for (let h: usize = 0; h < H; h++, y += rowBytes) {
    const row = <isize>h + down;
    const isOutside = row < 0 || row >= <isize>H;
    fillRow(y, isOutside ? rowBytes : first * pixelBytes, fill);
    if (isOutside) continue;
    const from = x + <usize>row * rowBytes + <usize>(<isize>first + right) * pixelBytes;
    copyFloats(y + first * pixelBytes, from, (last - first) * C);
    fillRow(y + last * pixelBytes, (W - last) * pixelBytes, fill);
  }
}

function fillRow(y: usize, bytes: usize, fill: f32): void {
  for (let at: usize = 0; at < bytes; at += F32) store<f32>(y + at, fill);
}

/** The gradient of affine: dx dy [N, H, W, C], dx not dy. */
export function affineBackward(
  dx: usize, dy: usize, maps: usize, N: usize, H: usize, W: usize, C: usize, mode: u32, bilinear: u32,
): void {
  memory.fill(dx, 0, N * H * W * C * F32);
  visit(dy, dx, maps, N, H, W, C, mode, bilinear, 0, true);
}

/** Either pass: `to` are the output's pixels, `from` the input's; backward, `to` is added to `from`. */
// @ts-ignore: decorator
@inline
function visit(
  to: usize, from: usize, maps: usize, N: usize, H: usize, W: usize, C: usize, mode: u32, bilinear: u32, fill: f32,
  backward: bool,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const lastRow = <f64>H - 1;
  const lastColumn = <f64>W - 1;
  for (let n: usize = 0; n < N; n++, from += H * W * pixelBytes, maps += MAP_BYTES) {
    const a0 = <f64>load<f32>(maps);
    const a1 = <f64>load<f32>(maps, 4);
    const a2 = <f64>load<f32>(maps, 8);
    const b0 = <f64>load<f32>(maps, 12);
    const b1 = <f64>load<f32>(maps, 16);
    const b2 = <f64>load<f32>(maps, 20);
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++, to += pixelBytes) {
        let column = a0 * <f64>w + a1 * <f64>h + a2;
        let row = b0 * <f64>w + b1 * <f64>h + b2;
        const surrounded = row >= 0 && row < lastRow && column >= 0 && column < lastColumn;
        if (!surrounded) {
          column = inside(column, <f64>W, mode);
          row = inside(row, <f64>H, mode);
        }
        if (bilinear == 0) {
          const pixel = pixelAt(<i32>rounded(row), <i32>rounded(column), H, W, C);
          for (let c: usize = 0; c < pixelBytes; c += F32) {
            if (backward) addTo(from, pixel, c, load<f32>(to + c));
            else store<f32>(to + c, readOr(from, pixel, c, fill));
          }
          continue;
        }
        const top = floor<f64>(row);
        const left = floor<f64>(column);
        const down = <f32>(row - top);
        const right = <f32>(column - left);
        const up: f32 = 1 - down;
        const toLeft: f32 = 1 - right;
        if (surrounded && !backward) {
          // Most pixels: all four exist.
          const corner = from + <usize><i32>top * rowBytes + <usize><i32>left * pixelBytes;
          for (let c: usize = 0; c < pixelBytes; c += F32) {
            const at = corner + c;
            const above = toLeft * load<f32>(at) + right * load<f32>(at + pixelBytes);
            const below = toLeft * load<f32>(at + rowBytes) + right * load<f32>(at + rowBytes + pixelBytes);
            store<f32>(to + c, up * above + down * below);
          }
          continue;
        }
        const topLeft = pixelAt(<i32>top, <i32>left, H, W, C);
        const topRight = pixelAt(<i32>top, <i32>left + 1, H, W, C);
        const bottomLeft = pixelAt(<i32>top + 1, <i32>left, H, W, C);
        const bottomRight = pixelAt(<i32>top + 1, <i32>left + 1, H, W, C);
        for (let c: usize = 0; c < pixelBytes; c += F32) {
          if (backward) {
            const gradient = load<f32>(to + c);
            addTo(from, topLeft, c, gradient * up * toLeft);
            addTo(from, topRight, c, gradient * up * right);
            addTo(from, bottomLeft, c, gradient * down * toLeft);
            addTo(from, bottomRight, c, gradient * down * right);
          } else {
            const above = toLeft * readOr(from, topLeft, c, fill) + right * readOr(from, topRight, c, fill);
            const below = toLeft * readOr(from, bottomLeft, c, fill) + right * readOr(from, bottomRight, c, fill);
            store<f32>(to + c, up * above + down * below);
          }
        }
      }
    }
  }
}
