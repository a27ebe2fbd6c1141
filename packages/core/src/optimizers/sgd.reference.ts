/** A step on one number: its state may start empty. `step` counts from 1. */
export type ReferenceUpdate = (
  w: number,
  g: number,
  rate: number,
  step: number,
  state: { m?: number; v?: number },
) => number;

/** The plain twin of SGD, in f64: w ← w − rate · g. */
export const sgdReference: ReferenceUpdate = (w, g, rate) => w - rate * g;

/** The twin of SGD with momentum: v ← μ v − rate · g; w ← w + v, or w ← w + μ v − rate · g with Nesterov. */
export function momentumReference(mu: number, nesterov: boolean): ReferenceUpdate {
  return (w, g, rate, _, state) => {
    const v = mu * (state.v ?? 0) - rate * g;
    state.v = v;
    return nesterov ? w + mu * v - rate * g : w + v;
  };
}
