import type { Conv2DGeometry } from "../ops/conv2d-geometry.js";
import type { Pool2DGeometry } from "../ops/max-pool.js";
import type { KernelAndBias } from "../ops/op.js";
import { extreme, type FoundMaker, type Maker, numberAt, sumOf, type UnitTerm } from "./unit-numbers.js";

/** [P, Q, K] from [H, W, C], in groups: kernel [R, S, C / groups, K], bias [K] or none. */
export function convolution(
  { geometry: g, kernel, bias }: KernelAndBias & { readonly geometry: Conv2DGeometry },
  groups: number,
): FoundMaker {
  const own = g.C / groups;
  const make: Maker = (index, read) => {
    const weights = kernel.read();
    const filter = index % g.K;
    const q = Math.floor(index / g.K) % g.Q;
    const p = Math.floor(index / (g.K * g.Q));
    const first = Math.floor(filter / (g.K / groups)) * own;
    const terms: UnitTerm[] = [];
    for (let tap = 0; tap < g.R * g.S; tap++) {
      const h = p * g.strideH + Math.floor(tap / g.S) * g.dilationH - g.top;
      const w = q * g.strideW + (tap % g.S) * g.dilationW - g.left;
      if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
      for (let c = 0; c < own; c++) {
        const channel = first + c;
        const place = (h * g.W + w) * g.C + channel;
        const kernelAt = (tap * own + c) * g.K + filter;
        const weight = weights[kernelAt]!;
        terms.push({ from: 0, index: place, tap, channel, input: read(place), weight, kernelAt });
      }
    }
    return { ...sumOf(terms, numberAt(bias, filter, 0), [g.R, g.S]), kernel };
  };
  return { make, output: [g.P, g.Q, g.K] };
}

/** [O] from [I]: kernel [I, O], bias [O] or none. */
export function product({ kernel, bias }: KernelAndBias): FoundMaker {
  const [I, O] = kernel.shape as readonly [number, number];
  const make: Maker = (index, read) => {
    const weights = kernel.read();
    const terms = Array.from({ length: I }, (_, place) => {
      const kernelAt = place * O + index;
      const weight = weights[kernelAt]!;
      return { from: 0, index: place, tap: place, channel: 0, input: read(place), weight, kernelAt };
    });
    return { ...sumOf(terms, numberAt(bias, index, 0), undefined), kernel };
  };
  return { make, output: [O] };
}

/** [P, Q, C] from [H, W, C]. */
export function pooling(g: Pool2DGeometry, op: "maxPool" | "averagePool"): FoundMaker {
  const window = [g.poolH, g.poolW] as const;
  const make: Maker = (index, read) => {
    const channel = index % g.C;
    const q = Math.floor(index / g.C) % g.Q;
    const p = Math.floor(index / (g.C * g.Q));
    const terms: UnitTerm[] = [];
    for (let tap = 0; tap < g.poolH * g.poolW; tap++) {
      const h = p * g.strideH + Math.floor(tap / g.poolW) - g.top;
      const w = q * g.strideW + (tap % g.poolW) - g.left;
      if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
      const place = (h * g.W + w) * g.C + channel;
      terms.push({ from: 0, index: place, tap, channel, input: read(place), weight: 1 });
    }
    if (op === "maxPool") return extreme("largest", terms, window);
    const weight = 1 / terms.length;
    const shares = terms.map((term) => ({ ...term, weight }));
    return sumOf(shares, 0, window);
  };
  return { make, output: [g.P, g.Q, g.C] };
}
