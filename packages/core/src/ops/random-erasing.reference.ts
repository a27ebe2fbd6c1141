import type { Shape } from "../base/shape.js";
import { between, type Draw, uniforms } from "./random-draw.reference.js";
import type { RandomErasingOptions } from "./random-erasing.js";

/** The plain twin for one sample [H, W, C]: the filled image, and 1 where it was erased, else 0. */
export function randomErasingReference(
  options: RandomErasingOptions & Draw,
  [H, W, C]: Shape & readonly [number, number, number],
  x: ArrayLike<number>,
): { y: Float64Array; erased: Uint8Array } {
  const y = Float64Array.from(x);
  const erased = new Uint8Array(H * W * C);
  const [chance, threshold, widthShare, heightShare] = uniforms(options, 0);
  if (threshold >= between(options.factor, chance)) return { y, erased };
  const width = W * Math.sqrt(between(options.scale, widthShare));
  const height = H * Math.sqrt(between(options.scale, heightShare));
  const [leftShare, topShare] = uniforms(options, 1);
  const left = leftShare * (W - width);
  const top = topShare * (H - height);
  const [low, high] = options.valueRange;
  const clip = (value: number) => Math.min(high, Math.max(low, value));
  let drawn = 0;
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      if (h < top || h >= top + height || w < left || w >= left + width) continue;
      for (let c = 0; c < C; c++) {
        const at = (h * W + w) * C + c;
        erased[at] = 1;
        const normal = normals(uniforms(options, 2 + (drawn >> 2)))[drawn & 3]!;
        drawn++;
        y[at] = clip(options.fillValue ?? normal * high);
      }
    }
  }
  return { y, erased };
}

/** Box and Muller's four normal numbers from four uniform ones. */
function normals(draws: readonly number[]): number[] {
  return [0, 2].flatMap((pair) => {
    const radius = Math.sqrt(-2 * Math.log(Math.fround(draws[pair]! + 2 ** -32)));
    const angle = 2 * Math.PI * draws[pair + 1]!;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}
