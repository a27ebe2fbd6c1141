import type { Chart } from "@heddle/core/internal/figures/chart.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { type Sheet, sheetSvg } from "@heddle/core/internal/figures/sheet.js";
import { dark, light, type Theme } from "@heddle/core/internal/figures/theme.js";
import { hearSignal } from "../system/hear-signal.js";
import { pngUrl } from "./encode-png.js";
import { textWidth } from "./png.js";
import { chartSvg } from "./vega.js";

/**
 * Draws a chart or a sheet in both themes.
 *
 * @throws AbortedError on `signal`, before it begins
 * @example
 * const figure = await drawFigure(accuracyByEpoch(history));
 */
export async function drawFigure(of: Chart | Sheet, signal?: AbortSignal): Promise<Figure> {
  await hearSignal(signal, "Drawing the figures");
  const { name, title, alt } = of;
  const draw = async (theme: Theme) =>
    "spec" in of ? chartSvg(of.spec(theme)) : sheetSvg(of.layout(theme, textWidth), pngUrl);
  return { name, title, alt, svg: await draw(light), darkSvg: await draw(dark) };
}

/**
 * Draws charts and sheets one after another.
 *
 * @throws AbortedError on `signal`, between two of them
 */
export async function drawFigures(
  all: readonly (Chart | Sheet)[],
  signal?: AbortSignal,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const one of all) figures.push(await drawFigure(one, signal));
  return figures;
}
