import type { Theme } from "./theme.js";

/** Red, green, blue and opacity, each 0..255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Colours for the numbers from `low` to `high`. */
export interface ColourScale {
  readonly low: number;
  readonly high: number;
  colour(value: number): Rgba;
  /** The colours from low to high, evenly spaced, for a legend. */
  readonly stops: readonly string[];
}

/** Blue for negative, orange for positive: red-green blindness still tells them apart. */
const diverging = {
  light: ["#1b2f7a", "#4a64bd", "#a9b9e6", "#f6f6f8", "#f0c08a", "#cf7500", "#7d4300"],
  dark: ["#c3d1ff", "#7f9cf5", "#3c4f92", "#171b26", "#7a4d12", "#e0912f", "#ffdca8"],
} as const;

/** Blue below zero, orange above, the colour of the page at zero; `limit` is the largest absolute value. */
export function divergingScale(theme: Theme, limit: number): ColourScale {
  return scaleOf(diverging[theme.name], -limit, limit);
}

/** One hue, from the colour of the page to its opposite. */
export function sequentialScale(theme: Theme, low: number, high: number): ColourScale {
  return scaleOf(theme.heat, low, high);
}

/** Colours over pictures: orange where something speaks for a class, blue where it speaks against it. */
const OVERLAY = { positive: "#ff9a1f", negative: "#3f7bff" } as const;
/** The picture below must still be visible. */
const MOST_OPAQUE = 0.82;

/** Transparent at zero, orange towards `limit`, blue towards −`limit`. */
export function overlayScale(limit: number): ColourScale {
  const [positive, negative] = [parse(OVERLAY.positive), parse(OVERLAY.negative)];
  return {
    low: -limit,
    high: limit,
    stops: [OVERLAY.negative, "#808080", OVERLAY.positive],
    colour: (value) => {
      const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
      const [red, green, blue] = value < 0 ? negative : positive;
      return [red, green, blue, Math.round(255 * MOST_OPAQUE * share)];
    },
  };
}

/**
 * The colour of text on a colour: white or black, whichever contrasts more. That is at least 4.58:1 on any colour, as WCAG
 * 2 measures it.
 */
export function readableOn(colour: Parameters<typeof luminance>[0]): "#ffffff" | "#000000" {
  const own = luminance(colour) + 0.05;
  return 1.05 / own > own / 0.05 ? "#ffffff" : "#000000";
}

/** Relative luminance of an sRGB colour, 0..1 (WCAG 2). */
export function luminance([red, green, blue]: readonly [red: number, green: number, blue: number]): number {
  const linear = (part: number) => (part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function scaleOf(stops: readonly string[], low: number, high: number): ColourScale {
  const colours = stops.map(parse);
  return {
    low,
    high,
    stops,
    colour: (value) => {
      if (Number.isNaN(value)) return [0, 0, 0, 0];
      const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
      const at = share * (colours.length - 1);
      const first = Math.min(Math.floor(at), colours.length - 2);
      const [a, b] = [colours[first]!, colours[first + 1]!];
      const mixed = a.map((part, index) => Math.round(part + (b[index]! - part) * (at - first)));
      return [mixed[0]!, mixed[1]!, mixed[2]!, 255];
    },
  };
}

/** `#rrggbb` as numbers. */
function parse(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
