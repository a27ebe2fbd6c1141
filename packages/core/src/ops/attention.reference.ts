/** Sizes of one sample: E heads, T queries, S keys, D numbers of a query, V of a value. */
interface AttentionSizes {
  readonly E: number;
  readonly T: number;
  readonly S: number;
  readonly D: number;
  readonly V: number;
}

/** The plain twin for one sample: q [T, E, D], k [S, E, D], v [S, E, V] → y [T, E, V]. */
export function attentionReference(
  { E, T, S, D, V }: AttentionSizes,
  [q, k, v]: readonly [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>],
): Float64Array {
  const y = new Float64Array(T * E * V);
  for (let e = 0; e < E; e++) {
    for (let t = 0; t < T; t++) {
      const scores = Array.from({ length: S }, (_, s) => {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += q[(t * E + e) * D + d]! * k[(s * E + e) * D + d]!;
        return sum / Math.sqrt(D);
      });
      const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const total = powers.reduce((sum, power) => sum + power);
      for (let s = 0; s < S; s++) {
        for (let i = 0; i < V; i++) y[(t * E + e) * V + i]! += (powers[s]! / total) * v[(s * E + e) * V + i]!;
      }
    }
  }
  return y;
}
