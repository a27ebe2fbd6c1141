import type { StepOf } from "../steps.js";

type Values = Float64Array;

/**
 * A convolution of one image: four output channels of two neighbouring pixels at a time, because eight sums in registers
 * share their loads. x [H, W, C], kernel [R, S, C / groups, K].
 */
export function convolution(step: StepOf<"convolution">, weights: Values): (x: Values, y: Values) => void {
  const { window, dilationH, dilationW, C, K, groups } = step;
  const { H, W, P, Q, R, S, strideH, strideW, top, left } = window;
  const c = C / groups;
  const k = K / groups;
  const blocks = Math.ceil(k / 4);
  const kernel = inBlocks(step, weights, blocks);
  const bias = new Float64Array(groups * blocks * 4);
  if (step.bias) {
    for (let channel = 0; channel < K; channel++) {
      bias[Math.floor(channel / k) * blocks * 4 + (channel % k)] = weights[step.bias[0] + channel]!;
    }
  }
  const height = (P - 1) * strideH + (R - 1) * dilationH + 1;
  // The second pixel of the last pair may lie outside; its sums are not stored.
  const width = (Q + (Q % 2) - 1) * strideW + (S - 1) * dilationW + 1;
  const padded = new Float64Array(height * width * C);
  const rows = Math.min(H, height - top);
  const columns = Math.min(W, width - left);
  const tapH = dilationH * width * C;
  const tapW = dilationW * C;
  const next = strideW * C;
  const run = S * c;

  return (x, y) => {
    for (let row = 0; row < rows; row++) {
      const line = x.subarray(row * W * C, (row * W + columns) * C);
      padded.set(line, ((row + top) * width + left) * C);
    }
    for (let group = 0; group < groups; group++) {
      for (let block = 0; block < blocks; block++) {
        const whole = Math.min(4, k - 4 * block);
        const own = (group * blocks + block) * R * run * 4;
        const b = (group * blocks + block) * 4;
        const b0 = bias[b]!;
        const b1 = bias[b + 1]!;
        const b2 = bias[b + 2]!;
        const b3 = bias[b + 3]!;
        for (let p = 0; p < P; p++) {
          for (let q = 0; q < Q; q += 2) {
            let s0 = b0;
            let s1 = b1;
            let s2 = b2;
            let s3 = b3;
            let t0 = b0;
            let t1 = b1;
            let t2 = b2;
            let t3 = b3;
            let w = own;
            const start = (p * strideH * width + q * strideW) * C + group * c;
            for (let r = 0; r < R; r++) {
              for (let s = 0; s < S; s++) {
                let at = start + r * tapH + s * tapW;
                for (const end = at + c; at < end; at++, w += 4) {
                  const left = padded[at]!;
                  const right = padded[at + next]!;
                  const w0 = kernel[w]!;
                  const w1 = kernel[w + 1]!;
                  const w2 = kernel[w + 2]!;
                  const w3 = kernel[w + 3]!;
                  s0 += left * w0;
                  s1 += left * w1;
                  s2 += left * w2;
                  s3 += left * w3;
                  t0 += right * w0;
                  t1 += right * w1;
                  t2 += right * w2;
                  t3 += right * w3;
                }
              }
            }
            const to = (p * Q + q) * K + group * k + 4 * block;
            y[to] = s0;
            if (whole > 1) y[to + 1] = s1;
            if (whole > 2) y[to + 2] = s2;
            if (whole > 3) y[to + 3] = s3;
            if (q + 1 === Q) continue;
            y[to + K] = t0;
            if (whole > 1) y[to + K + 1] = t1;
            if (whole > 2) y[to + K + 2] = t2;
            if (whole > 3) y[to + K + 3] = t3;
          }
        }
      }
    }
  };
}

/** The kernel by groups and blocks of four output channels: [groups, blocks, R, S, C / groups, 4], missing ones 0. */
function inBlocks(step: StepOf<"convolution">, weights: Values, blocks: number): Values {
  const { window, C, K, groups } = step;
  const k = K / groups;
  const taps = window.R * window.S * (C / groups);
  const kernel = new Float64Array(groups * blocks * taps * 4);
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < K; channel++) {
      const group = Math.floor(channel / k);
      const within = channel % k;
      const block = group * blocks + Math.floor(within / 4);
      kernel[(block * taps + tap) * 4 + (within % 4)] = weights[step.kernel[0] + tap * K + channel]!;
    }
  }
  return kernel;
}

/** A convolution of each channel by itself: x [H, W, C], kernel [R, S, K]. */
export function depthwise(step: StepOf<"depthwise">, weights: Values): (x: Values, y: Values) => void {
  const { window, dilationH, dilationW, C, K } = step;
  const { H, W, P, Q, R, S, strideH, strideW, top, left } = window;
  const kernel = weights.subarray(step.kernel[0], step.kernel[0] + step.kernel[1]);
  const bias = step.bias ? weights.subarray(step.bias[0], step.bias[0] + K) : new Float64Array(K);
  const times = K / C;
  return (x, y) => {
    for (let p = 0; p < P; p++) {
      for (let q = 0; q < Q; q++) {
        const to = (p * Q + q) * K;
        y.set(bias, to);
        for (let r = 0; r < R; r++) {
          const row = p * strideH - top + r * dilationH;
          if (row < 0 || row >= H) continue;
          for (let s = 0; s < S; s++) {
            const column = q * strideW - left + s * dilationW;
            if (column < 0 || column >= W) continue;
            const from = (row * W + column) * C;
            const tap = (r * S + s) * K;
            if (times === 1) for (let k = 0; k < K; k++) y[to + k]! += x[from + k]! * kernel[tap + k]!;
            else {
              for (let k = 0; k < K; k++) y[to + k]! += x[from + Math.floor(k / times)]! * kernel[tap + k]!;
            }
          }
        }
      }
    }
  };
}
