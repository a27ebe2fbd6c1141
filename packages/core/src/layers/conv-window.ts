import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Padding } from "../ops/window.js";
import { paddingOf, type Size2D, size2d } from "./options.js";

/** How a convolution's window moves. */
export interface ConvWindowOptions {
  /** Steps of the window; 1 by default. */
  readonly strides?: Size2D;
  /** `"valid"` (the default): no padding; `"same"`: zeros around, so that stride 1 keeps the size. */
  readonly padding?: "valid" | "same";
  /** Distance of the kernel's taps; 1 by default. */
  readonly dilationRate?: Size2D;
}

/** A checked window. */
export interface ConvWindow {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
}

export function convWindow(who: string, kernelSize: Size2D, options: ConvWindowOptions): ConvWindow {
  const window = {
    kernelSize: size2d(who, "kernelSize", kernelSize),
    strides: size2d(who, "strides", options.strides ?? 1),
    dilationRate: size2d(who, "dilationRate", options.dilationRate ?? 1),
    padding: paddingOf(who, options.padding ?? "valid"),
  };
  const { strides, dilationRate } = window;
  if (Math.max(...strides) === 1 || Math.max(...dilationRate) === 1) return window;
  throw new HeddleError({
    who,
    expected: "strides of 1 where dilationRate is above 1, as in Keras",
    received: `strides [${strides.join(", ")}] with dilationRate [${dilationRate.join(", ")}]`,
    next: "Set one of them to 1.",
  });
}

/** A window under Keras's names. */
export function windowConfig({ kernelSize, strides, padding, dilationRate }: ConvWindow): JsonObject {
  return { kernel_size: kernelSize, strides, padding, dilation_rate: dilationRate };
}

/** The window of a convolution that mixes the channels of each pixel. */
export const POINT = {
  kernelSize: [1, 1],
  strides: [1, 1],
  dilationRate: [1, 1],
  padding: "valid",
} as const satisfies ConvWindow;
