import { expect, it } from "vitest";
import { dark, light } from "./theme.js";

/** The relative luminance of `#rrggbb`, by WCAG 2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

it.each([light, dark])("every colour of text has a contrast of 4.5:1 or more, in $name", (theme) => {
  for (const colour of [theme.ink, theme.muted, theme.training, theme.test]) {
    const [low, high] = [luminance(colour), luminance(theme.background)].sort((a, b) => a - b);
    expect((high! + 0.05) / (low! + 0.05), colour).toBeGreaterThanOrEqual(4.5);
  }
});
