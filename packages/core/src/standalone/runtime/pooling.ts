import type { StepOf } from "../steps.js";

type Values = Float64Array;

/** The largest value or the mean of each window of each channel, without the padding: x [H, W, C]. */
export function pooling(step: StepOf<"maxPool" | "averagePool">): (x: Values, y: Values) => void {
  const { C, window } = step;
  const { H, W, P, Q, R, S, strideH, strideW, top, left } = window;
  const largest = step.do === "maxPool";
  return (x, y) => {
    y.fill(largest ? Number.NEGATIVE_INFINITY : 0);
    for (let p = 0; p < P; p++) {
      const firstRow = Math.max(0, p * strideH - top);
      const lastRow = Math.min(H, p * strideH - top + R);
      for (let q = 0; q < Q; q++) {
        const firstColumn = Math.max(0, q * strideW - left);
        const lastColumn = Math.min(W, q * strideW - left + S);
        const to = (p * Q + q) * C;
        for (let row = firstRow; row < lastRow; row++) {
          for (let from = (row * W + firstColumn) * C; from < (row * W + lastColumn) * C; from += C) {
            if (largest) {
              for (let c = 0; c < C; c++) {
                const value = x[from + c]!;
                // Written so that a NaN wins.
                if (!(value <= y[to + c]!)) y[to + c] = value;
              }
            } else for (let c = 0; c < C; c++) y[to + c]! += x[from + c]!;
          }
        }
        if (largest) continue;
        const share = 1 / ((lastRow - firstRow) * (lastColumn - firstColumn));
        for (let c = 0; c < C; c++) y[to + c]! *= share;
      }
    }
  };
}
