import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Canvas, PIXELS, type Pose, SIZE } from "./canvas.js";
import { ellipse, Path, rectangle } from "./path.js";

const upright: Pose = { shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1, turn: 0, shear: 0 };

/** A canvas whose garment unit is 13 pixels, its origin in the middle of the frame. */
function blank(pose: Pose = upright): Canvas {
  const canvas = new Canvas();
  canvas.begin(pose);
  return canvas;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("Canvas", () => {
  it("covers pixels by the part of them that the outline contains", () => {
    const canvas = blank();
    canvas.fill(rectangle(0, 0, 2.5 / 13, 1.25 / 13), 0.8);
    const row = (y: number) => Array.from(canvas.cloth.slice(y * SIZE + 13, y * SIZE + 18));
    expect(row(13)).toEqual([0, 0, 0, 0, 0]);
    for (const [y, expected] of [
      [14, [0, 1, 1, 0.5, 0]],
      [15, [0, 0.25, 0.25, 0.125, 0]],
    ] as const) {
      row(y).forEach((covered, column) => {
        expect(covered).toBeCloseTo(expected[column]!, 12);
      });
    }
    expect(canvas.tone[14 * SIZE + 14]).toBeCloseTo(0.8, 12);
  });

  it("covers exactly the area of any triangle in the frame, in either orientation", () => {
    const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 6, maxLength: 6 }), (points) => {
        const [ax, ay, bx, by, cx, cy] = points as [number, number, number, number, number, number];
        const canvas = blank();
        canvas.fill(new Path(ax, ay).line(bx, by).line(cx, cy), 1);
        const area = (Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2) * 13 * 13;
        expect(sum(canvas.cloth)).toBeCloseTo(area, 6);
      }),
    );
  });

  it("clips outlines to the frame", () => {
    const canvas = blank();
    canvas.fill(rectangle(-9, -9, 9, 9), 1);
    expect(sum(canvas.cloth)).toBeCloseTo(PIXELS, 9);
    const beside = blank();
    beside.fill(rectangle(2, -1, 3, 1), 1);
    beside.fill(rectangle(-3, -1, -2, 1), 1);
    beside.fill(rectangle(-1, 2, 1, 3), 1);
    beside.fill(rectangle(-1, -3, 1, -2), 1);
    expect(sum(beside.cloth)).toBe(0);
  });

  it("keeps areas when it turns and shears, and scales them by both scales", () => {
    const canvas = blank({ shiftX: 1, shiftY: -1, scaleX: 0.9, scaleY: 0.8, turn: 0.1, shear: 0.2 });
    canvas.fill(rectangle(-0.5, -0.5, 0.5, 0.5), 1);
    expect(sum(canvas.cloth)).toBeCloseTo(13 * 13 * 0.9 * 0.8, 9);
  });

  it("turns clockwise on the screen, so that points on the right move down", () => {
    const canvas = blank({ ...upright, turn: 0.2 });
    canvas.fill(rectangle(0.7, -0.1, 0.9, 0.1), 1);
    let height = 0;
    canvas.cloth.forEach((covered, index) => {
      height += covered * Math.floor(index / SIZE);
    });
    expect(height / sum(canvas.cloth)).toBeGreaterThan(16);
  });

  it("dyes only cloth, and leaves nothing where it cuts", () => {
    const canvas = blank();
    canvas.fill(ellipse(0, 0, 0.5), 1);
    const before = sum(canvas.cloth);
    canvas.dye(rectangle(-1, -1, 1, 0), 0.25);
    expect(sum(canvas.cloth)).toBe(before);
    expect(canvas.tone[12 * SIZE + 14]).toBeCloseTo(0.25, 12);
    expect(canvas.tone[15 * SIZE + 14]).toBeCloseTo(1, 12);
    expect(canvas.tone[0]).toBe(0);
    canvas.cut(rectangle(-1, -1, 1, 1));
    expect(sum(canvas.cloth)).toBe(0);
    expect(sum(canvas.tone)).toBe(0);
  });

  it("starts each garment on black", () => {
    const canvas = blank();
    canvas.fill(ellipse(0, 0, 0.5), 1);
    canvas.begin(upright);
    expect(sum(canvas.cloth) + sum(canvas.tone)).toBe(0);
  });
});
