import type { Shape } from "../base/shape.js";
import type { ResizeOptions } from "./resize.js";

/** The plain twin: for each output pixel, the input pixels that it is mixed from and their shares. */
export function resizeReference(
  { P, Q, window, interpolation }: ResizeOptions,
  [, W]: Shape & readonly [number, number, number],
): { pixel: number; share: number }[][] {
  const axis = (outputs: number, first: number, size: number) =>
    Array.from({ length: outputs }, (_, at) => {
      // In f32, as TensorFlow computes it: that decides which pixel is the nearest.
      const center = Math.fround(Math.fround(at + 0.5) * Math.fround(size / outputs));
      if (interpolation === "nearest") {
        return [{ place: first + Math.min(size - 1, Math.floor(center)), share: 1 }];
      }
      const place = Math.fround(center - 0.5);
      const lower = Math.floor(place);
      const within = (index: number) => first + Math.min(size - 1, Math.max(0, index));
      return [
        { place: within(lower), share: 1 - (place - lower) },
        { place: within(lower + 1), share: place - lower },
      ];
    });
  const columns = axis(Q, window.left, window.width);
  return axis(P, window.top, window.height).flatMap((rows) =>
    columns.map((mixed) =>
      rows.flatMap((row) =>
        mixed.map((column) => ({ pixel: row.place * W + column.place, share: row.share * column.share })),
      ),
    ),
  );
}
