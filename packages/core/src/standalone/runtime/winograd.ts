import type { StepOf } from "../steps.js";

type Values = Float64Array;

/** Where tiles are multiplied: each patch of 6×6 inputs has 36 such points, and 4×4 outputs. */
const POINTS = 36;
/** The most pairs of channels: the transformed kernel takes 288 bytes for each. */
const MOST_CHANNELS = 65536;

/** Whether Winograd's F(4×4, 3×3) is faster than plain sums: the channels pay for the transforms, and most outputs are needed. */
export function suitsWinograd({
  window,
  dilationH,
  dilationW,
  C,
  K,
  groups,
}: StepOf<"convolution">): boolean {
  const { P, Q, R, S, strideH, strideW } = window;
  const isPlain = strideH * strideW * dilationH * dilationW * groups === 1;
  const hasChannels = C >= 8 && K >= 8 && C * K <= MOST_CHANNELS;
  return R === 3 && S === 3 && isPlain && hasChannels && 2 * P * Q >= inTiles(P) * inTiles(Q);
}

/** Rounded up to whole tiles. */
function inTiles(outputs: number): number {
  return 4 * Math.ceil(outputs / 4);
}

/**
 * A convolution of one image by Winograd's F(4×4, 3×3): 36 products where plain sums have 144, in 64 bits as exact as those.
 * It takes a row of tiles at a time. x [H, W, C], kernel [3, 3, C, K].
 */
export function winograd(step: StepOf<"convolution">, weights: Values): (x: Values, y: Values) => void {
  const { window, C, K } = step;
  const { H, W, P, Q, top, left } = window;
  const tiles = Math.ceil(Q / 4);
  // They are multiplied two at a time.
  const evenTiles = tiles + (tiles % 2);
  const blocks = Math.ceil(K / 4);
  const kernel = transformedKernel(step, weights, blocks);
  const bias = step.bias ? weights.subarray(step.bias[0], step.bias[0] + K) : new Float64Array(K);
  const width = 4 * evenTiles + 2;
  const height = inTiles(P) + 2;
  const padded = new Float64Array(height * width * C);
  const rows = Math.min(H, height - top);
  const columns = Math.min(W, width - left);
  const patches = new Float64Array(POINTS * evenTiles * C);
  const products = new Float64Array(POINTS * evenTiles * blocks * 4);
  const half = new Float64Array(POINTS);
  const row = new Float64Array(4);

  return (x, y) => {
    for (let r = 0; r < rows; r++) {
      padded.set(x.subarray(r * W * C, (r * W + columns) * C), ((r + top) * width + left) * C);
    }
    for (let p = 0; p < P; p += 4) {
      for (let tile = 0; tile < tiles; tile++) {
        for (let c = 0; c < C; c++) {
          const from = (p * width + 4 * tile) * C + c;
          for (let j = 0; j < 6; j++) patchTransform(padded, from + j * C, width * C, half, j, 6);
          const to = tile * C + c;
          const point = evenTiles * C;
          for (let i = 0; i < 6; i++) patchTransform(half, 6 * i, 1, patches, to + 6 * i * point, point);
        }
      }
      multiply(patches, kernel, products, { C, tiles: evenTiles, blocks });
      for (let tile = 0; tile < tiles; tile++) {
        const q = 4 * tile;
        const high = Math.min(4, P - p);
        const wide = Math.min(4, Q - q);
        for (let k = 0; k < K; k++) {
          const from = tile * blocks * 4 + k;
          const point = evenTiles * blocks * 4;
          for (let j = 0; j < 6; j++) outputTransform(products, from + j * point, 6 * point, half, j, 6);
          for (let i = 0; i < high; i++) {
            outputTransform(half, 6 * i, 1, row, 0, 1);
            const to = ((p + i) * Q + q) * K + k;
            for (let j = 0; j < wide; j++) y[to + j * K] = row[j]! + bias[k]!;
          }
        }
      }
    }
  };
}

/** m [36, tiles, blocks · 4] = v [36, tiles, C] · u [36, blocks, C, 4]: two tiles and four channels at a time. */
function multiply(
  v: Values,
  u: Values,
  m: Values,
  { C, tiles, blocks }: { readonly C: number; readonly tiles: number; readonly blocks: number },
): void {
  const K = 4 * blocks;
  for (let point = 0; point < POINTS; point++) {
    for (let block = 0; block < blocks; block++) {
      const own = (point * blocks + block) * C * 4;
      for (let tile = 0; tile < tiles; tile += 2) {
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        let t0 = 0;
        let t1 = 0;
        let t2 = 0;
        let t3 = 0;
        let w = own;
        const first = (point * tiles + tile) * C;
        for (let at = first; at < first + C; at++, w += 4) {
          const left = v[at]!;
          const right = v[at + C]!;
          const w0 = u[w]!;
          const w1 = u[w + 1]!;
          const w2 = u[w + 2]!;
          const w3 = u[w + 3]!;
          s0 += left * w0;
          s1 += left * w1;
          s2 += left * w2;
          s3 += left * w3;
          t0 += right * w0;
          t1 += right * w1;
          t2 += right * w2;
          t3 += right * w3;
        }
        const to = (point * tiles + tile) * K + 4 * block;
        m[to] = s0;
        m[to + 1] = s1;
        m[to + 2] = s2;
        m[to + 3] = s3;
        m[to + K] = t0;
        m[to + K + 1] = t1;
        m[to + K + 2] = t2;
        m[to + K + 3] = t3;
      }
    }
  }
}

/** Six values of Bᵀ · (d0 … d5). */
function patchTransform(x: Values, from: number, s: number, y: Values, to: number, t: number): void {
  const d0 = x[from]!;
  const d1 = x[from + s]!;
  const d2 = x[from + 2 * s]!;
  const d3 = x[from + 3 * s]!;
  const d4 = x[from + 4 * s]!;
  const d5 = x[from + 5 * s]!;
  const even = d4 - 4 * d2;
  const odd = d3 - 4 * d1;
  const difference = d4 - d2;
  const twice = 2 * (d3 - d1);
  y[to] = 4 * d0 - 5 * d2 + d4;
  y[to + t] = even + odd;
  y[to + 2 * t] = even - odd;
  y[to + 3 * t] = difference + twice;
  y[to + 4 * t] = difference - twice;
  y[to + 5 * t] = 4 * d1 - 5 * d3 + d5;
}

/** Four values of Aᵀ · (m0 … m5). */
function outputTransform(x: Values, from: number, s: number, y: Values, to: number, t: number): void {
  const m0 = x[from]!;
  const m1 = x[from + s]!;
  const m2 = x[from + 2 * s]!;
  const m3 = x[from + 3 * s]!;
  const m4 = x[from + 4 * s]!;
  const m5 = x[from + 5 * s]!;
  const sum = m1 + m2;
  const difference = m1 - m2;
  const farSum = m3 + m4;
  const farDifference = m3 - m4;
  y[to] = m0 + sum + farSum;
  y[to + t] = difference + 2 * farDifference;
  y[to + 2 * t] = sum + 4 * farSum;
  y[to + 3 * t] = difference + 8 * farDifference + m5;
}

/** Six values of G · (g0, g1, g2). */
function kernelTransform(x: Values, from: number, s: number, y: Values, to: number, t: number): void {
  const g0 = x[from]!;
  const g1 = x[from + s]!;
  const g2 = x[from + 2 * s]!;
  const even = g0 / 24 + g2 / 6;
  y[to] = g0 / 4;
  y[to + t] = -(g0 + g1 + g2) / 6;
  y[to + 2 * t] = -(g0 - g1 + g2) / 6;
  y[to + 3 * t] = even + g1 / 12;
  y[to + 4 * t] = even - g1 / 12;
  y[to + 5 * t] = g2;
}

/** The kernel at the points, in blocks of four output channels: [36, blocks, C, 4], missing ones 0. */
function transformedKernel({ C, K, kernel }: StepOf<"convolution">, weights: Values, blocks: number): Values {
  const transformed = new Float64Array(POINTS * blocks * C * 4);
  const half = new Float64Array(18);
  const point = blocks * C * 4;
  for (let c = 0; c < C; c++) {
    for (let k = 0; k < K; k++) {
      const from = kernel[0] + c * K + k;
      const to = (Math.floor(k / 4) * C + c) * 4 + (k % 4);
      for (let s = 0; s < 3; s++) kernelTransform(weights, from + s * C * K, 3 * C * K, half, s, 3);
      for (let i = 0; i < 6; i++) kernelTransform(half, 3 * i, 1, transformed, to + 6 * i * point, point);
    }
  }
  return transformed;
}
