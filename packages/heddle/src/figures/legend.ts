import { type Theme, textSizes } from "./theme.js";

/** A legend above the chart, in the looks of the axes: for marks that no label can stand beside. */
export function legendOf(theme: Theme) {
  return {
    orient: "top" as const,
    direction: "horizontal" as const,
    title: null,
    labelColor: theme.muted,
    labelFontSize: textSizes.label,
    symbolType: "square" as const,
    symbolStrokeWidth: 0,
    offset: 10,
  };
}
