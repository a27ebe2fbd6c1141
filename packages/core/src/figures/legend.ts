import { type Theme, textSizes } from "./theme.js";

/** A legend above the chart in the look of the axes, for marks that have no room for a label. */
export function legendOf(theme: Theme) {
  return {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: theme.muted,
    labelFontSize: textSizes.label,
    symbolType: "square",
    symbolStrokeWidth: 0,
    offset: 10,
  };
}
