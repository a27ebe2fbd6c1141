/** The plain twin, in f64: an element's loss, and its slope by x. */
export function binaryCrossEntropyReference(
  x: number,
  target: number,
  { smoothing = 0, logits = false }: { readonly smoothing?: number; readonly logits?: boolean } = {},
): { loss: number; slope: number } {
  const t = target * (1 - smoothing) + 0.5 * smoothing;
  if (logits) {
    const loss = Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
    return { loss, slope: 1 / (1 + Math.exp(-x)) - t };
  }
  const p = Math.min(Math.max(x, 1e-7), 1 - 1e-7);
  const loss = -(t * Math.log(p) + (1 - t) * Math.log1p(-p));
  return { loss, slope: p === x ? (p - t) / (p * (1 - p)) : 0 };
}
