import type { Shape } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { between, type Draw, drawOperands, passOn, type Range, uniforms } from "./random-draw.js";

export interface RandomErasingOptions {
  /** From where each image draws its chance of being erased. */
  readonly factor: Range;
  /** From where the squares of the box's shares of width and height are drawn. */
  readonly scale: Range;
  /** What the box is filled with; null for normal noise times the upper end of `valueRange`. */
  readonly fillValue: number | null;
  /** What a filling is cut off at. */
  readonly valueRange: Range;
  /** Number of the layer, so that two of them draw differently. */
  readonly layer: number;
}

/**
 * y = x with a random box filled, in training; y = x otherwise: x y [H, W, C]. The backward pass draws the box again
 * and fills it with zeros.
 */
export function emitRandomErasing(e: Emitter, options: RandomErasingOptions, x: Value): [Value, Backward] {
  const [H, W, C] = x.shape as readonly [number, number, number];
  if (!e.options.training) return passOn(e, x);
  const erase = (to: Buffer, from: Buffer, fillValue: number | null, pass: "forward" | "backward") =>
    e.call("randomErasing", pass, {
      y: to,
      x: from,
      N: "samples",
      H,
      W,
      C,
      factorLow: options.factor[0],
      factorHigh: options.factor[1],
      scaleLow: options.scale[0],
      scaleHigh: options.scale[1],
      noise: fillValue === null ? 1 : 0,
      fill: fillValue ?? 0,
      low: options.valueRange[0],
      high: options.valueRange[1],
      ...drawOperands(e, options.layer),
    });
  const y = e.value("output", x.shape);
  erase(y.data, x.data, clipped(options), "forward");
  return [
    y,
    (dy, dx) => {
      if (dx) erase(dx, dy, 0, "backward");
    },
  ];
}

function clipped({ fillValue, valueRange: [low, high] }: RandomErasingOptions): number | null {
  return fillValue === null ? null : Math.min(high, Math.max(low, fillValue));
}

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
  const fill = clipped(options);
  let drawn = 0;
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      if (h < top || h >= top + height || w < left || w >= left + width) continue;
      for (let c = 0; c < C; c++) {
        const at = (h * W + w) * C + c;
        erased[at] = 1;
        const normal = normals(uniforms(options, 2 + (drawn >> 2)))[drawn & 3]!;
        drawn++;
        y[at] = fill ?? Math.min(high, Math.max(low, normal * high));
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
