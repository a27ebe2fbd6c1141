import { describe, expect, it } from "vitest";
import { divergingScale, overlayScale, sequentialScale } from "./colour-scale.js";
import { dark, light } from "./theme.js";

const luminance = (hexOrRgb: readonly number[]) =>
  0.2126 * hexOrRgb[0]! + 0.7152 * hexOrRgb[1]! + 0.0722 * hexOrRgb[2]!;

describe("colour scales", () => {
  it.each([light, dark])("diverging colours leave the page's colour at zero, in $name", (theme) => {
    const scale = divergingScale(theme, 2);
    const [zero, low, high] = [0, -2, 2].map((value) => scale.colour(value));
    const distance = (a: readonly number[], b: readonly number[]) => Math.abs(luminance(a) - luminance(b));
    expect(distance(zero!, low!)).toBeGreaterThan(90);
    expect(distance(zero!, high!)).toBeGreaterThan(90);
    // Blue versus orange.
    expect(low![2]).toBeGreaterThan(low![0]!);
    expect(high![0]).toBeGreaterThan(high![2]!);
    expect(scale.colour(99)).toEqual(high);
    expect(scale.colour(Number.NaN)[3]).toBe(0);
  });

  it.each([light, dark])("sequential colours grow steadily from the page's colour, in $name", (theme) => {
    const scale = sequentialScale(theme, 0, 10);
    const steps = Array.from({ length: 11 }, (_, value) => luminance(scale.colour(value)));
    const sign = theme.name === "light" ? -1 : 1;
    for (let at = 1; at < steps.length; at++) expect(sign * (steps[at]! - steps[at - 1]!)).toBeGreaterThan(0);
  });

  it("overlay colours are transparent at zero", () => {
    const scale = overlayScale(4);
    expect(scale.colour(0)[3]).toBe(0);
    expect(scale.colour(4)[3]).toBeGreaterThan(scale.colour(2)[3]);
    expect(scale.colour(-4).slice(0, 3)).not.toEqual(scale.colour(4).slice(0, 3));
    expect(overlayScale(0).colour(0)[3]).toBe(0);
  });
});
