import type { StepOf } from "../steps.js";
import { softmax } from "./softmax.js";

type Values = Float64Array;

/** y[t,e] = Σ_s softmax_s(q[t,e] · k[s,e] / √D) · v[s,e]: one query of one head after the other. */
export function attention({ E, T, S, D, V }: StepOf<"attention">) {
  const shares = new Float64Array(S);
  const normalized = softmax(S);
  const scale = 1 / Math.sqrt(D);
  return ([q, k, v]: readonly Values[], y: Values): void => {
    y.fill(0);
    for (let e = 0; e < E; e++) {
      for (let t = 0; t < T; t++) {
        const query = (t * E + e) * D;
        for (let s = 0; s < S; s++) {
          const key = (s * E + e) * D;
          let sum = 0;
          for (let d = 0; d < D; d++) sum += q![query + d]! * k![key + d]!;
          shares[s] = sum * scale;
        }
        normalized(shares, shares);
        const to = (t * E + e) * V;
        for (let s = 0; s < S; s++) {
          const from = (s * E + e) * V;
          for (let i = 0; i < V; i++) y[to + i]! += shares[s]! * v![from + i]!;
        }
      }
    }
  };
}
