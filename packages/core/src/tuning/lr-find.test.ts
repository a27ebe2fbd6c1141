import { describe, expect, it } from "vitest";
import { generateFashionSketch } from "../data/fashion-sketch/index.js";
import { datasetInMemory } from "../data/images.js";
import { SparseCategoricalCrossentropy } from "../losses/index.js";
import { SGD } from "../optimizers/index.js";
import { studyModel } from "../recipes/study-recipe.js";
import type { Training } from "../recipes/training.js";
import { findLearningRate, smoothed, suggest } from "./lr-find.js";

/** A loss that falls from 2 at rates above 1e-3, most steeply at 1e-2, and grows after 1e-1. */
function valley(): { learningRate: number; loss: number }[] {
  return Array.from({ length: 201 }, (_, index) => {
    const exponent = -5 + (6 * index) / 200;
    const loss = 2 - 1.5 / (1 + Math.exp(-4 * (exponent + 2))) + Math.max(0, exponent + 1) ** 2;
    return { learningRate: 10 ** exponent, loss };
  });
}

describe("suggest", () => {
  it("finds the steepest descent and the edge", () => {
    const { steepest, edge, suggested } = suggest(smoothed(valley()));
    expect(Math.log10(steepest)).toBeCloseTo(-2, 0);
    // The lowest loss is near 0.1; at 0.25, the loss has regained a tenth of its fall of 1.5.
    expect(Math.log10(edge)).toBeGreaterThan(-0.75);
    expect(Math.log10(edge)).toBeLessThan(-0.5);
    expect(suggested).toBe(edge / 10);
  });

  it("smooths noise away without moving the curve", () => {
    const noisy = valley().map(({ learningRate, loss }, index) => ({
      learningRate,
      loss: loss + (index % 2 === 0 ? 0.2 : -0.2),
    }));
    const plain = smoothed(valley());
    smoothed(noisy)
      .slice(10, -10)
      .forEach(({ smoothedLoss }, index) => {
        expect(Math.abs(smoothedLoss - plain[index + 10]!.smoothedLoss)).toBeLessThan(0.03);
      });
  });

  it("refuses a loss that never falls", () => {
    const rising = valley().map(({ learningRate }, index) => ({ learningRate, loss: 2 + index / 10 }));
    expect(() => suggest(smoothed(rising))).toThrow(
      "Learning-rate search: expected a loss that falls before it diverges, received one that falls at no learning rate of the search.",
    );
  });

  it("refuses too few points", () => {
    expect(() => suggest(smoothed(valley().slice(0, 9)))).toThrow(
      "Learning-rate search: expected at least 10 steps before the loss diverges, received 9.",
    );
  });
});

describe("findLearningRate", () => {
  const dataset = datasetInMemory(generateFashionSketch({ train: 300, test: 20 }));

  function training(): Training {
    return {
      dataset,
      train: dataset.train,
      validation: undefined,
      model: studyModel({ input: [28, 28, 1], classes: 10, seed: 3 }),
      optimizer: new SGD({ momentum: 0.9 }),
      loss: new SparseCategoricalCrossentropy(),
      ...{ epochs: 1, batchSize: 32, threads: 2, fast: false, limit: undefined },
    };
  }

  it("returns the same points for the same seed, on any number of threads", async () => {
    const options = { from: 1e-4, to: 1e3, steps: 60 };
    const told: number[] = [];
    const found = await findLearningRate(training(), { ...options, onStep: (done) => told.push(done) });
    const again = await findLearningRate({ ...training(), threads: 1 }, options);
    expect(again).toEqual(found);
    // It starts at the first rate, grows by a constant factor, and stops early because the loss diverges.
    const { points, ended } = found;
    expect(points[0]!.learningRate).toBe(1e-4);
    expect(points[20]!.learningRate / points[10]!.learningRate).toBeCloseTo(1e7 ** (10 / 59), 3);
    expect(ended).not.toBe("at the last rate");
    expect(points.length).toBeLessThan(60);
    expect(told).toEqual(points.map((_, index) => index + 1));
    expect(found.suggested).toBe(found.edge / 10);
    expect(found.steepest).toBeLessThanOrEqual(found.edge);
  });

  it("reaches the last rate if the loss does not diverge", async () => {
    const found = await findLearningRate(training(), { from: 1e-4, to: 1e-2, steps: 40 });
    expect(found.ended).toBe("at the last rate");
    expect(found.points).toHaveLength(40);
    expect(found.points.at(-1)!.learningRate).toBeCloseTo(1e-2, 10);
  });
});
