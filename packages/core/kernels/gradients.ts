// The gradient of a step from the gradients of its shards, and the regularizers' share of it.
import { F32 } from "./simd";

/** g[i] = Σ_s parts[s][i], s ascending: parts `shards` arrays of f32, `strideBytes` apart. */
export function sumShards(g: usize, parts: usize, count: usize, shards: usize, strideBytes: usize): void {
  let i: usize = 0;
  for (; i + 8 <= count; i += 8) {
    let part = parts + i * F32;
    let low = v128.load(part);
    let high = v128.load(part, 16);
    for (let s: usize = 1; s < shards; s++) {
      part += strideBytes;
      low = f32x4.add(low, v128.load(part));
      high = f32x4.add(high, v128.load(part, 16));
    }
    v128.store(g + i * F32, low);
    v128.store(g + i * F32, high, 16);
  }
  for (; i < count; i++) {
    let part = parts + i * F32;
    let sum = load<f32>(part);
    for (let s: usize = 1; s < shards; s++) {
      part += strideBytes;
      sum += load<f32>(part);
    }
    store<f32>(g + i * F32, sum);
  }
}

/** g[t,k] = Σ_s parts[s][k,t] for k in `first` … `last`−1: sumShards from a kernel stored by channel, [K, taps]. */
export function sumShardsByChannel(
  g: usize, parts: usize, taps: usize, K: usize, first: usize, last: usize, shards: usize, strideBytes: usize,
): void {
  for (let k = first; k < last; k++) {
    for (let t: usize = 0; t < taps; t++) {
      let part = parts + (k * taps + t) * F32;
      let sum = load<f32>(part);
      for (let s: usize = 1; s < shards; s++) {
        part += strideBytes;
        sum += load<f32>(part);
      }
      store<f32>(g + (t * K + k) * F32, sum);
    }
  }
}

/** g[i] += l1 · sign(w[i]) + 2 · l2 · w[i]; the sign of 0 is 0. */
export function addPenaltyGradient(g: usize, w: usize, count: usize, l1: f32, l2: f32): void {
  for (let i: usize = 0; i < count; i++) {
    const weight = load<f32>(w + i * F32);
    const sign: f32 = weight > 0 ? 1 : weight < 0 ? -1 : 0;
    store<f32>(g + i * F32, load<f32>(g + i * F32) + (l1 * sign + 2 * l2 * weight));
  }
}

/** out = l1 · Σ |w[i]| + l2 · Σ w[i]²: one f32, summed in f64. */
export function penalty(out: usize, w: usize, count: usize, l1: f32, l2: f32): void {
  let absolute: f64 = 0;
  let square: f64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const weight = <f64>load<f32>(w + i * F32);
    absolute += abs(weight);
    square += weight * weight;
  }
  store<f32>(out, <f32>(<f64>l1 * absolute + <f64>l2 * square));
}
