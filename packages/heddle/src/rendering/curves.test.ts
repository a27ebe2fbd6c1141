import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { accuracyByEpoch, lossByEpoch } from "@heddle/core/internal/figures/curves.js";
import { dark, light } from "@heddle/core/internal/figures/theme.js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFigure } from "./draw-figure.js";
import { svgToPng } from "./png.js";

/** A history that learns: accuracy 0.80 to 0.95. */
function historyOf(count: number, change: (logs: EpochLogs) => EpochLogs = (logs) => logs) {
  const epochs = Array.from({ length: count }, (_, index): EpochLogs => {
    const done = (index + 1) / count;
    const measured = { loss: 0.7 - 0.5 * done, accuracy: 0.8 + 0.15 * done };
    const validated = { valLoss: 0.6 - 0.35 * done, valAccuracy: 0.82 + 0.107 * done };
    return change({
      epoch: index + 1,
      ...measured,
      ...validated,
      learningRate: 1e-3,
      seconds: 9,
      imagesPerSecond: 5000,
    });
  });
  return { epochs };
}

/** How many points the chart has, over all of its lines. */
function pointsIn(svg: string): number {
  const groups = svg.match(/<g class="mark-symbol[^>]*>.*?<\/g>/gs) ?? [];
  return groups.join("").match(/<path/g)?.length ?? 0;
}

/** The words of a drawing. */
function textIn(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}

describe("accuracyByEpoch", () => {
  it("draws a point for each epoch and line, and names title, axes, epochs and lines", async () => {
    const figure = await drawFigure(accuracyByEpoch(historyOf(16)));
    expect(figure.name).toBe("accuracy-by-epoch");
    expect(figure.alt).toBe(
      "Line chart, accuracy by epoch: training 95.0% after epoch 16, test 92.7% after epoch 16.",
    );
    for (const svg of [figure.svg, figure.darkSvg]) {
      expect(pointsIn(svg)).toBe(32);
      expect(textIn(svg)).toEqual(
        expect.arrayContaining([
          "Accuracy by epoch",
          "Epoch",
          "Accuracy",
          "1",
          "16",
          "95%",
          "Training 95.0%",
          "Test 92.7%",
        ]),
      );
    }
  });

  it("is drawn in its theme's colours, on an opaque background", async () => {
    const figure = await drawFigure(accuracyByEpoch(historyOf(3)));
    for (const [svg, theme] of [
      [figure.svg, light],
      [figure.darkSvg, dark],
    ] as const) {
      for (const colour of [theme.background, theme.training, theme.test, theme.ink])
        expect(svg).toContain(colour);
    }
  });

  it("is drawn as a PNG of twice the size, with both lines and the title", async () => {
    const figure = await drawFigure(accuracyByEpoch(historyOf(8)));
    const { data, info } = await sharp(svgToPng(figure.svg))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(figure.svg).toContain(`width="${info.width / 2}" height="${info.height / 2}"`);
    const pixels = new Map<string, number>();
    for (let at = 0; at < data.length; at += 3) {
      const colour = `#${data.subarray(at, at + 3).toString("hex")}`;
      pixels.set(colour, (pixels.get(colour) ?? 0) + 1);
    }
    expect(pixels.get(light.training)).toBeGreaterThan(500);
    expect(pixels.get(light.test)).toBeGreaterThan(500);
    expect(pixels.get(light.ink)).toBeGreaterThan(100); // the title: text is drawn without system fonts
    expect(pixels.get(light.background)).toBeGreaterThan(data.length / 3 / 2);
  });

  it("draws training alone when there is no validation, and names validation data by its name", async () => {
    const alone = await drawFigure(
      accuracyByEpoch(historyOf(5, ({ valLoss: _, valAccuracy: __, ...logs }) => logs)),
    );
    expect(pointsIn(alone.svg)).toBe(5);
    expect(alone.alt).not.toContain("test");
    const named = await drawFigure(accuracyByEpoch(historyOf(2), { validationName: "Validation" }));
    expect(textIn(named.svg)).toContain("Validation 92.7%");
  });

  it("separates the labels of lines that end at the same height", async () => {
    const same = historyOf(4, (logs) => ({ ...logs, valAccuracy: logs.accuracy }));
    const { svg } = await drawFigure(accuracyByEpoch(same));
    const heights = [...svg.matchAll(/translate\([\d.]+,([\d.]+)\)"[^>]*>(?:Training|Test) /g)].map(([, y]) =>
      Number(y),
    );
    expect(heights).toHaveLength(2);
    expect(Math.abs(heights[0]! - heights[1]!)).toBeGreaterThanOrEqual(16);
  });

  it("draws a single epoch, or none", async () => {
    expect(pointsIn((await drawFigure(accuracyByEpoch(historyOf(1)))).svg)).toBe(2);
    const none = await drawFigure(accuracyByEpoch({ epochs: [] }));
    expect(none.alt).toBe("Line chart, accuracy by epoch: no epoch yet.");
    const named = await drawFigure(lossByEpoch({ epochs: [] }, { dataset: "MNIST" }));
    expect(named.title).toBe("Loss by epoch, MNIST");
    expect(named.svg).toContain("Loss by epoch, MNIST");
    expect(textIn(none.svg)).toContain("Accuracy by epoch");
  });
});

describe("lossByEpoch", () => {
  it("starts at zero and omits losses that overflowed", async () => {
    const { svg, alt } = await drawFigure(
      lossByEpoch(
        historyOf(6, (logs) =>
          logs.epoch > 4 ? { ...logs, loss: Number.NaN, valLoss: Number.POSITIVE_INFINITY } : logs,
        ),
      ),
    );
    expect(pointsIn(svg)).toBe(8);
    expect(textIn(svg)).toEqual(expect.arrayContaining(["Loss by epoch", "Epoch", "Loss", "0.0"]));
    expect(alt).toContain("after epoch 4");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("labels a huge loss, and every epoch if there are only a few", async () => {
    const { svg } = await drawFigure(lossByEpoch(historyOf(3, (logs) => ({ ...logs, loss: 2.3e6 }))));
    expect(textIn(svg)).toEqual(expect.arrayContaining(["Training 2.30e+6", "2e+6", "1", "2", "3"]));
  });
});
