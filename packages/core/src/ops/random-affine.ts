import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { drawOperands, type Range } from "./random-draw.js";
import { passOn } from "./reshape.js";

/** What is read beyond an image's edges; the kernels know them by their index. */
export const fillModes = ["constant", "nearest", "reflect", "wrap"] as const;
export type FillMode = (typeof fillModes)[number];

/** How a value between pixels is read. */
export const interpolations = ["nearest", "bilinear"] as const;
export type Interpolation = (typeof interpolations)[number];

/** How images are read through a map. */
export interface AffineOptions {
  readonly fillMode: FillMode;
  readonly interpolation: Interpolation;
  /** What lies beyond the edges in mode `"constant"`. */
  readonly fillValue: number;
}

/** Which maps are drawn. */
export type RandomMap =
  /** Moves down and right by shares of height and width. */
  | { readonly kind: "translation"; readonly height: Range; readonly width: Range }
  /** Shrinks around the middle by 1 + a number for each axis; the height's for both without `width`. */
  | { readonly kind: "zoom"; readonly height: Range; readonly width: Range | undefined }
  /** Turns around the middle, counter-clockwise, by parts of a whole turn. */
  | { readonly kind: "rotation"; readonly turns: Range };

interface RandomAffineOptions extends AffineOptions {
  readonly map: RandomMap;
  /** The layer's place in the model, so that two of them draw differently. */
  readonly layer: number;
}

export interface RandomAffineNode extends NodeOf<"randomAffine">, RandomAffineOptions {}

/**
 * y[h, w] = x at the place to which a random affine map takes (h, w), in training; y = x otherwise: x y [H, W, C].
 * The maps are drawn once and kept for the backward pass.
 */
function emitRandomAffine(e: Emitter, options: RandomAffineOptions, x: Value): [Value, Backward] {
  if (!e.options.training) return passOn(e, x);
  const [H, W, C] = x.shape as readonly [number, number, number];
  const { map, fillValue: fill } = options;
  const maps = e.value("maps", [6]).data;
  const draw = { maps, N: "samples", H, W, ...drawOperands(e, options.layer) } as const;
  if (map.kind === "rotation") {
    const [turnsLow, turnsHigh] = map.turns;
    e.call("randomRotation", "forward", { ...draw, turnsLow, turnsHigh });
  } else {
    const [heightLow, heightHigh] = map.height;
    const [widthLow, widthHigh] = map.width ?? map.height;
    const factors = { heightLow, heightHigh, widthLow, widthHigh };
    if (map.kind === "translation") e.call("randomTranslation", "forward", { ...draw, ...factors });
    else e.call("randomZoom", "forward", { ...draw, ...factors, same: map.width ? 0 : 1 });
  }
  const mode = fillModes.indexOf(options.fillMode);
  const bilinear = options.interpolation === "bilinear" ? 1 : 0;
  const through = { maps, N: "samples", H, W, C, mode, bilinear } as const;
  const y = e.value("output", x.shape);
  e.call("affine", "forward", { y: y.data, x: x.data, ...through, fill });
  return [
    y,
    (dy: Buffer, dx: Buffer | undefined) => {
      if (dx) e.call("affineBackward", "backward", { dx, dy, ...through });
    },
  ];
}

export const randomAffine: Op<RandomAffineNode> = { emit: emitRandomAffine };
