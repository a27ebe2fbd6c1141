import type { ReferenceUpdate } from "./sgd.reference.js";

/**
 * The plain twin of Adam, in f64: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − α m / (√v + ε), where α is
 * the rate corrected for step t.
 */
export function adamReference(beta1: number, beta2: number, epsilon: number): ReferenceUpdate {
  return (w, g, rate, t, state) => {
    const m = beta1 * (state.m ?? 0) + (1 - beta1) * g;
    const v = beta2 * (state.v ?? 0) + (1 - beta2) * g * g;
    Object.assign(state, { m, v });
    return w - (((rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)) * m) / (Math.sqrt(v) + epsilon);
  };
}
