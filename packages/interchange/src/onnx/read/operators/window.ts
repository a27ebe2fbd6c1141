import { ZeroPadding2D } from "@heddle/core";
import { type Activation, channelsLast, inLayout, named } from "../activation.js";
import { Lacking } from "../fault.js";
import type { Node } from "../node.js";
import { Piece } from "../piece.js";

/** One axis of a window that slides over an image. */
export interface WindowAxis {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  /** What is added before and after the image. */
  readonly before: number;
  readonly after: number;
}

/** Height and width. */
export type WindowAxes = readonly [WindowAxis, WindowAxis];

/** The image that a window slides over, with its channels last. */
export function imageOf(value: Activation): Activation {
  if (value.shape.length !== 3) throw new Lacking(`${value.shape.length - 1} dimensions instead of 2`);
  return inLayout(value, channelsLast(3));
}

/** The window of a convolution or a pooling, with its padding in numbers. */
export function windowOf(node: Node, image: Activation, kernel: readonly number[]): WindowAxes {
  const pair = (name: string, fallback: number) => node.integers(name) ?? [fallback, fallback];
  const strides = pair("strides", 1);
  const dilations = pair("dilations", 1);
  const pads = node.integers("pads") ?? [0, 0, 0, 0];
  const automatic = node.text("auto_pad", "NOTSET");
  const ceil = node.integer("ceil_mode", 0) === 1;
  const [height, width] = [0, 1].map((axis): WindowAxis => {
    const size = image.piece.shape[axis]!;
    const [window, stride, dilation] = [kernel[axis]!, strides[axis]!, dilations[axis]!];
    const reach = (window - 1) * dilation + 1;
    const isWhole = [window, stride, dilation].every((value) => Number.isSafeInteger(value) && value > 0);
    if (!isWhole)
      throw node.damaged("window, strides and dilations above 0", `${[window, stride, dilation]}`);
    let [before, after] = [pads[axis]!, pads[axis + 2]!];
    if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") {
      const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
      before = automatic === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
      after = total - before;
    } else if (automatic === "VALID") {
      [before, after] = [0, 0];
    } else if (automatic !== "NOTSET") {
      throw new Lacking(`auto_pad ${automatic}`);
    }
    if (![before, after].every((pad) => Number.isSafeInteger(pad) && pad >= 0))
      throw new Lacking("negative pads");
    if (ceil && automatic === "NOTSET") after = afterCeiling({ size, reach, stride, before, after });
    return { size, window, stride, dilation, before, after };
  });
  return [height!, width!];
}

/** The padding that completes a last window which begins within the padded image. */
function afterCeiling(axis: {
  readonly size: number;
  readonly reach: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
}): number {
  const { size, reach, stride, before, after } = axis;
  let windows = Math.ceil((size + before + after - reach) / stride) + 1;
  if ((windows - 1) * stride >= size + before) windows--;
  return Math.max(after, (windows - 1) * stride + reach - size - before);
}

/** Keras's name for a padding: `"valid"` for none, `"same"` where it is what Keras would add, undefined for others. */
export function kerasPadding(axes: WindowAxes): "valid" | "same" | undefined {
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return "valid";
  const isSame = axes.every(({ size, window, stride, dilation, before, after }) => {
    const reach = (window - 1) * dilation + 1;
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
    return before === Math.floor(total / 2) && after === Math.ceil(total / 2);
  });
  return isSame ? "same" : undefined;
}

/** The image surrounded with zeros. */
export function zeroPadded({ piece }: Activation, [height, width]: WindowAxes): Piece {
  const padding = [
    [height.before, height.after],
    [width.before, width.after],
  ] as const;
  const [H, W, C] = piece.shape as readonly [number, number, number];
  return new Piece({
    make: (settings) => new ZeroPadding2D(padding, named(settings)),
    inputs: [piece],
    shape: [H + height.before + height.after, W + width.before + width.after, C],
    nonNegative: piece.nonNegative,
  });
}

/** One number of each axis of a window. */
export function ofAxes(axes: WindowAxes, key: "window" | "stride" | "dilation"): readonly [number, number] {
  return [axes[0][key], axes[1][key]];
}
