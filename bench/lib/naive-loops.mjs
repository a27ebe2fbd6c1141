// The study's CNN in the plainest loops, which standalone modules are compared with: typed arrays, no blocks, no transforms.
/** A convolution without padding, and ReLU: x [H, W, C], kernel [R, S, C, K]. */
function convolution(x, [H, W, C], kernel, K) {
  const [P, Q] = [H - 2, W - 2];
  const y = new Float64Array(P * Q * K);
  for (let p = 0; p < P; p++) {
    for (let q = 0; q < Q; q++) {
      for (let k = 0; k < K; k++) {
        let sum = 0;
        for (let r = 0; r < 3; r++) {
          for (let s = 0; s < 3; s++) {
            const from = ((p + r) * W + q + s) * C;
            const tap = (r * 3 + s) * C;
            for (let c = 0; c < C; c++) sum += x[from + c] * kernel[(tap + c) * K + k];
          }
        }
        y[(p * Q + q) * K + k] = Math.max(0, sum);
      }
    }
  }
  return y;
}

/** The largest of 2×2 pixels of each channel. */
function maxPool(x, [H, W, C]) {
  const [P, Q] = [H / 2, W / 2];
  const y = new Float64Array(P * Q * C);
  for (let p = 0; p < P; p++) {
    for (let q = 0; q < Q; q++) {
      for (let c = 0; c < C; c++) {
        const at = (2 * p * W + 2 * q) * C + c;
        y[(p * Q + q) * C + c] = Math.max(x[at], x[at + C], x[at + W * C], x[at + (W + 1) * C]);
      }
    }
  }
  return y;
}

/** The sums of a dense layer. */
function dense(x, kernel, K) {
  const y = new Float64Array(K);
  for (let i = 0; i < x.length; i++) for (let k = 0; k < K; k++) y[k] += x[i] * kernel[i * K + k];
  return y;
}

/** Numbers about 0: what they are does not matter here. */
function weights(length) {
  return Float64Array.from({ length }, (_, at) => (Math.imul(at + 1, 2654435761) / 2 ** 31) * 0.1);
}

const [first, second, last] = [weights(9 * 16), weights(9 * 16 * 32), weights(4608 * 10)];

/** As a standalone module's, with weights that were never trained. */
export function classify(pixels) {
  const x = Float64Array.from(pixels, (value) => value / 255);
  const a = convolution(x, [28, 28, 1], first, 16);
  const b = convolution(a, [26, 26, 16], second, 32);
  const logits = dense(maxPool(b, [24, 24, 32]), last, 10);
  const powers = logits.map((value) => Math.exp(value - Math.max(...logits)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return [...powers.keys()]
    .map((label) => ({ label, probability: powers[label] / sum }))
    .sort((a, b) => b.probability - a.probability);
}
