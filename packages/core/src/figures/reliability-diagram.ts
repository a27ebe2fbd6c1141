import { counted, formatPercent } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import { fittedScaling } from "../evaluate/calibration.js";
import type { Calibration, ReliabilityBin } from "../evaluate/index.js";
import { enoughToCalibrate, LEAST_IN_A_BIN } from "../evaluate/reliability.js";
import { type Chart, type ChartSpec, chartSpec } from "./chart.js";
import { type Theme, textSizes } from "./theme.js";

const SIDE = 300;
const SHARES_HEIGHT = 64;

/**
 * A reliability diagram: for each bin of confidence, how often the answer was right; on the dashed line both agree.
 * Below it, how many images each bin holds.
 *
 * @param options.subject named in the title: `Fashion-MNIST, test images`
 */
export function reliabilityDiagram(calibration: Calibration, options: { readonly subject: string }): Chart {
  checkOptions("Reliability diagram", options, { subject: anyText });
  const { table, ece } = calibration;
  const temperature = fittedScaling(calibration);
  const title = `Reliability, ${options.subject}`;
  const scaled = temperature && `, ${formatPercent(temperature.after.ece)} after temperature scaling`;
  const subtitle = enoughToCalibrate(table)
    ? `Expected calibration error ${formatPercent(ece)}${scaled ?? ""}`
    : "Too few images for a calibration error";
  const shown = table.filter(isShown);
  const above = shown.filter((bin) => (bin.accuracy ?? 0) < (bin.confidence ?? 0)).length;
  const few = table.filter(({ images }) => images > 0).length - shown.length;
  const hidden = few > 0 ? ` ${counted(few, "bin")} of fewer than ${LEAST_IN_A_BIN} images not drawn.` : "";
  const alt = `Accuracy by confidence in ${table.length} bins. ${subtitle}. In ${above} of ${shown.length} bins that are drawn the model is surer than it is right.${hidden}`;
  return {
    name: "reliability-diagram",
    title,
    alt,
    spec: (theme) => specOf(title, subtitle, table, temperature?.table ?? [], theme),
  };
}

function isShown({ images }: ReliabilityBin): boolean {
  return images >= LEAST_IN_A_BIN;
}

function specOf(
  title: string,
  subtitle: string,
  table: readonly ReliabilityBin[],
  scaled: readonly ReliabilityBin[],
  theme: Theme,
): ChartSpec {
  const images = table.reduce((sum, bin) => sum + bin.images, 0);
  const rows = table.map((bin) => ({ ...bin, share: bin.images / images }));
  const points = [
    ...table.map((bin) => ({ ...bin, series: "As predicted" })),
    ...scaled.map((bin) => ({ ...bin, series: "After temperature scaling" })),
  ].filter(isShown);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const share = { type: "quantitative", scale: { domain: [0, 1] } };
  const axis = { values: ticks, format: ".0%", labelFlush: false };
  const x = { ...share, title: "Confidence: probability of the predicted class" };
  const place = {
    x: {
      field: "confidence",
      ...share,
      title: null,
      axis: { ...axis, labels: false, grid: true },
    },
    y: { field: "accuracy", ...share, title: "Accuracy of these images", axis },
  };
  const color = {
    field: "series",
    type: "nominal",
    scale: {
      domain: ["As predicted", "After temperature scaling"].slice(0, scaled.length > 0 ? 2 : 1),
      range: [theme.test, theme.training],
    },
    legend: {
      title: null,
      orient: "top",
      direction: "horizontal",
      labelColor: theme.ink,
      labelFontSize: textSizes.label,
      symbolType: "circle",
      symbolStrokeWidth: 0,
      symbolOpacity: 1,
    },
  };
  return chartSpec(theme, {
    title: { text: title, subtitle },
    spacing: 12,
    vconcat: [
      {
        width: SIDE,
        height: SIDE,
        layer: [
          {
            data: {
              values: [
                { at: 0, is: 0 },
                { at: 1, is: 1 },
              ],
            },
            mark: { type: "line", strokeDash: [4, 4], color: theme.muted, strokeWidth: 1.25 },
            encoding: { x: { field: "at", ...share }, y: { field: "is", ...share } },
          },
          {
            data: { values: points },
            mark: { type: "line", strokeWidth: 1.5, opacity: 0.6 },
            encoding: { ...place, color },
          },
          {
            data: { values: points },
            mark: { type: "point", filled: true, opacity: 1 },
            encoding: {
              ...place,
              color,
              // The area shows how many images a point stands for: with few, it is noisy.
              size: {
                field: "images",
                type: "quantitative",
                // Stated, since it cannot be taken from no point at all.
                scale: { domain: [0, Math.max(1, ...points.map((point) => point.images))], range: [8, 150] },
                legend: null,
              },
            },
          },
        ],
      },
      {
        width: SIDE,
        height: SHARES_HEIGHT,
        data: { values: rows },
        mark: { type: "bar", color: theme.test, opacity: 0.55 },
        encoding: {
          x: { field: "low", ...x, bin: { binned: true }, axis },
          x2: { field: "high" },
          y: {
            field: "share",
            type: "quantitative",
            title: "Images",
            axis: { format: ".0%", tickCount: 2 },
          },
        },
      },
    ],
  });
}
