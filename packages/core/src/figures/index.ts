/**
 * Figures as plain data: charts as Vega-Lite specifications, pictures as laid-out sheets. A page draws the charts with
 * `vega-embed` and the sheets on a canvas or as SVG; `heddle` draws both to files.
 */
export type { Chart, ChartSpec, FigureAbout } from "./chart.js";
export { classBalance, type SplitCounts } from "./class-balance.js";
export { classScoresChart } from "./class-scores.js";
export {
  type ColourScale,
  divergingScale,
  overlayScale,
  type Rgba,
  sequentialScale,
} from "./colour-scale.js";
export { type ConfusionMatrixOptions, confusionMatrix } from "./confusion-matrix.js";
export { coverageCurve } from "./coverage-curve.js";
export { accuracyByEpoch, type CurveOptions, lossByEpoch } from "./curves.js";
export { type EmbeddingMapOptions, embeddingMap } from "./embedding-map.js";
export type { Figure } from "./figure.js";
export { type CardPicture, type ImageCard, type ImageCardsOptions, imageCards } from "./image-cards.js";
export { type ImageGridOptions, imageGrid, type Tone } from "./image-grid.js";
export { type IntervalPlotOptions, type IntervalRow, intervalPlot } from "./interval-plot.js";
export { type LearningRateCurve, learningRateCurve } from "./learning-rate-curve.js";
export { confusedPairsGrid, type MistakesOptions, topLossesGrid } from "./mistakes.js";
export { type OverlaidCurve, type OverlaidCurvesOptions, overlaidCurves } from "./overlaid-curves.js";
export { type OverlaidImage, type Overlay, type OverlayGridOptions, overlayGrid } from "./overlay-grid.js";
export { type PixelHistogramOptions, pixelHistogram, type SplitHistogram } from "./pixel-histogram.js";
export type { Pixels } from "./pixels.js";
export { reliabilityDiagram } from "./reliability-diagram.js";
export {
  type Box,
  type Sheet,
  type SheetColourBar,
  type SheetFrame,
  type SheetItem,
  type SheetLayout,
  type SheetPicture,
  type SheetText,
  sheetSvg,
  type TextWidth,
} from "./sheet.js";
export { type ShownImages, shownImages } from "./shown-images.js";
export { dark, fontFamily, fontStack, light, type Theme } from "./theme.js";
export { type TileSheetOptions, tileSheet } from "./tile-sheet.js";
