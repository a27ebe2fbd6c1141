import { textIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Padding } from "../ops/window.js";
import { sizeIn } from "./config.js";
import { paddingOf, type Size2D, size2d, withDefault } from "./options.js";

/** How a convolution's window moves. */
export interface ConvWindowOptions {
  /**
   * Steps of the window.
   *
   * @defaultValue `1`
   */
  readonly strides?: Size2D;
  /**
   * `"valid"`: no padding; `"same"`: zeros around the input, so that stride 1 keeps the size.
   *
   * @defaultValue `"valid"`
   */
  readonly padding?: "valid" | "same";
  /**
   * Distance between the kernel's taps.
   *
   * @defaultValue `1`
   */
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
    strides: size2d(who, "strides", withDefault(options.strides, 1)),
    dilationRate: size2d(who, "dilationRate", withDefault(options.dilationRate, 1)),
    padding: paddingOf(who, withDefault(options.padding, "valid")),
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

/** A window's size in a Keras configuration. */
export function kernelSizeIn(config: JsonObject): Size2D {
  return sizeIn(config, "kernel_size") ?? Number.NaN;
}

/** How a window moves in a Keras configuration. */
export function convWindowIn(who: string, config: JsonObject): ConvWindowOptions {
  return {
    strides: sizeIn(config, "strides") ?? 1,
    dilationRate: sizeIn(config, "dilation_rate") ?? 1,
    padding: paddingOf(who, textIn(config, "padding") ?? "valid"),
  };
}

/** The window of a convolution that mixes the channels of each pixel. */
export const POINT = {
  kernelSize: [1, 1],
  strides: [1, 1],
  dilationRate: [1, 1],
  padding: "valid",
} as const satisfies ConvWindow;
