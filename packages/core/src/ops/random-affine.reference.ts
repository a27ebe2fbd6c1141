import type { Shape } from "../base/shape.js";
import type { AffineOptions, FillMode, RandomMap } from "./random-affine.js";
import { between, type Draw, uniforms } from "./random-draw.reference.js";

/** A map's six numbers: see kernels/affine.ts. */
type AffineMap = readonly [a0: number, a1: number, a2: number, b0: number, b1: number, b2: number];

/** The plain twin of the draw. */
export function randomMapReference(
  map: RandomMap,
  draw: Draw,
  [H, W]: Shape & readonly [number, number, number],
) {
  const [first, second] = uniforms(draw, 0);
  const [middleX, middleY] = [(W - 1) / 2, (H - 1) / 2];
  const numbers = (): AffineMap => {
    if (map.kind === "rotation") {
      const angle = 2 * Math.PI * between(map.turns, first);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return [
        cos,
        -sin,
        middleX - middleX * cos + middleY * sin,
        sin,
        cos,
        middleY - middleX * sin - middleY * cos,
      ];
    }
    if (map.kind === "translation") {
      return [1, 0, -between(map.width, second) * W, 0, 1, -between(map.height, first) * H];
    }
    const b = 1 + between(map.height, first);
    const a = map.width ? 1 + between(map.width, second) : b;
    return [a, 0, middleX * (1 - a), 0, b, middleY * (1 - b)];
  };
  return numbers().map(Math.fround) as unknown as AffineMap;
}

/**
 * The plain twin of reading through a map: for each output pixel, the input pixels that it is mixed from (−1 beyond
 * the edges) and their shares.
 */
export function affineReference(
  [a0, a1, a2, b0, b1, b2]: AffineMap,
  { fillMode, interpolation }: AffineOptions,
  [H, W]: Shape & readonly [number, number, number],
): { pixel: number; share: number }[][] {
  const pixel = (row: number, column: number) =>
    row >= 0 && row < H && column >= 0 && column < W ? row * W + column : -1;
  return Array.from({ length: H * W }, (_, output) => {
    const [h, w] = [Math.floor(output / W), output % W];
    const column = inside(a0 * w + a1 * h + a2, W, fillMode);
    const row = inside(b0 * w + b1 * h + b2, H, fillMode);
    if (interpolation === "nearest") return [{ pixel: pixel(rounded(row), rounded(column)), share: 1 }];
    const [top, left] = [Math.floor(row), Math.floor(column)];
    return [0, 1].flatMap((down) =>
      [0, 1].map((right) => ({
        pixel: pixel(top + down, left + right),
        share: (down ? row - top : 1 - (row - top)) * (right ? column - left : 1 - (column - left)),
      })),
    );
  });
}

/** A coordinate brought to 0 … size − 1: TensorFlow's rule, which repeats before the first pixel and after the last. */
function inside(at: number, size: number, mode: FillMode): number {
  if (mode === "constant") return at;
  let place = at;
  if (mode === "reflect") {
    const period = 2 * size;
    if (place < 0) {
      place += period * Math.trunc(-place / period);
      place = place < -size ? place + period : -place - 1;
    } else if (place > size - 1) {
      place -= period * Math.trunc(place / period);
      if (place >= size) place = period - place - 1;
    }
  } else if (mode === "wrap" && size > 1) {
    if (place < 0) place += size * (Math.trunc(-place / (size - 1)) + 1);
    else if (place > size - 1) place -= size * Math.trunc(place / (size - 1));
  }
  return Math.min(size - 1, Math.max(0, place));
}

function rounded(at: number): number {
  return at < 0 ? Math.ceil(at - 0.5) : Math.floor(at + 0.5);
}
