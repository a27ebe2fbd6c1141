import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { type ResizeOptions, windowOfAspect } from "../ops/resize.js";
import { alone, copied, type FoundMaker, placeOf, sumOf } from "./unit-numbers.js";

/** Ops that bring values to other places, or mix those of neighbouring pixels; undefined for others. */
export function moving(node: OpNode, shape: Shape): FoundMaker | undefined {
  const [H = 1, W = 1, C = 1] = shape;
  switch (node.op) {
    case "zeroPadding": {
      const [[top, bottom], [left, right]] = node.padding;
      return fromPixel(shape, [top + H + bottom, left + W + right, C], (row, column) => [
        row - top,
        column - left,
      ]);
    }
    case "cropping": {
      const [[top, bottom], [left, right]] = node.cropping;
      return fromPixel(shape, [H - top - bottom, W - left - right, C], (row, column) => [
        row + top,
        column + left,
      ]);
    }
    case "upSampling": {
      const [height, width] = node.size;
      const pixel = (row: number, column: number) =>
        [Math.floor(row / height), Math.floor(column / width)] as const;
      return fromPixel(shape, [H * height, W * width, C], pixel);
    }
    case "permute":
      return permuted(node.axes, shape);
    case "resize":
      return resized(node, shape);
    case "randomCrop": {
      const { P, Q } = node;
      return resized({ window: windowOfAspect(H, W, P, Q), P, Q, interpolation: "bilinear" }, shape);
    }
    default:
      return undefined;
  }
}

/** Each pixel from one of the input's, or from none beyond its edge. */
function fromPixel(
  [H = 1, W = 1, C = 1]: Shape,
  output: Shape,
  pixel: (row: number, column: number) => readonly [number, number],
): FoundMaker {
  return {
    output,
    make: copied((index) => {
      const [p, q, channel] = placeOf(index, output) as readonly [number, number, number];
      const [row, column] = pixel(p, q);
      return row >= 0 && row < H && column >= 0 && column < W ? (row * W + column) * C + channel : undefined;
    }),
  };
}

function permuted(axes: readonly number[], shape: Shape): FoundMaker {
  const output = axes.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const make = copied((index) =>
    placeOf(index, output).reduce((sum, at, axis) => sum + at * strides[axes[axis]!]!, 0),
  );
  return { output, make };
}

/** Each pixel from up to four of the input's: [P, Q, C] from a window of [H, W, C]. */
function resized({ window, P, Q, interpolation }: ResizeOptions, [, W = 1, C = 1]: Shape): FoundMaker {
  const output = [P, Q, C];
  const isBilinear = interpolation === "bilinear";
  const rowsOf = (at: number) =>
    sharesOf(at, { first: window.top, size: window.height, outputs: P, isBilinear });
  const columnsOf = (at: number) =>
    sharesOf(at, { first: window.left, size: window.width, outputs: Q, isBilinear });
  return {
    output,
    make: (index, read) => {
      const [p, q, channel] = placeOf(index, output) as readonly [number, number, number];
      const terms = [...rowsOf(p)].flatMap(([row, down]) =>
        [...columnsOf(q)].map(([column, across]) =>
          alone((row * W + column) * C + channel, read, { weight: down * across }),
        ),
      );
      return sumOf(terms, 0, undefined);
    },
  };
}

/** The places of an axis that one of `outputs` places is mixed from, with their shares. */
function sharesOf(
  at: number,
  { first, size, outputs, isBilinear }: { first: number; size: number; outputs: number; isBilinear: boolean },
): ReadonlyMap<number, number> {
  // In f32, as the kernel computes it: that decides which pixel is the nearest.
  const center = Math.fround(Math.fround(at + 0.5) * Math.fround(size / outputs));
  if (!isBilinear) return new Map([[first + Math.min(size - 1, Math.floor(center)), 1]]);
  const place = Math.fround(center - 0.5);
  const [lower, share] = [Math.floor(place), place - Math.floor(place)];
  const shares = new Map<number, number>();
  for (const [pixel, part] of [
    [lower, 1 - share],
    [lower + 1, share],
  ] as const) {
    // Beyond the edge the last pixel counts, together with what it counts itself.
    const within = first + Math.min(size - 1, Math.max(0, pixel));
    if (part > 0) shares.set(within, (shares.get(within) ?? 0) + part);
  }
  return shares;
}
