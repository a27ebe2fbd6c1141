import { describe, expect, it } from "vitest";
import { band, ellipse, Path, rectangle } from "./path.js";

/** The area that an outline encloses (shoelace formula). */
function area({ points }: Path): number {
  let twice = 0;
  for (let index = 0; index < points.length; index += 2) {
    const next = (index + 2) % points.length;
    twice += points[index]! * points[next + 1]! - points[next]! * points[index + 1]!;
  }
  return Math.abs(twice) / 2;
}

describe("Path", () => {
  it("curves between its ends, halfway towards its control point", () => {
    const { points } = new Path(0, 0).curve(1, 1, 2, 0);
    expect(points.slice(0, 2)).toEqual([0, 0]);
    expect(points.slice(-2)).toEqual([2, 0]);
    expect(points[points.length / 2 - 1]).toBe(1);
    expect(points[points.length / 2]).toBe(0.5);
  });

  it("completes a right half with its mirror image", () => {
    expect(new Path(0, -1).line(1, -1).line(2, 1).mirror().points).toEqual([
      0, -1, 1, -1, 2, 1, -2, 1, -1, -1, -0, -1,
    ]);
  });

  it("flips without changing the original", () => {
    const path = new Path(1, 2).line(3, 4);
    expect(path.flipped().points).toEqual([-1, 2, -3, 4]);
    expect(path.points).toEqual([1, 2, 3, 4]);
  });

  it("strokes to a band whose area is length times width", () => {
    expect(area(band(0, 0, 3, 4, 0.5))).toBeCloseTo(2.5, 12);
    expect(area(new Path(-1, 0).line(0, 0).line(1, 0).stroke(0.2))).toBeCloseTo(0.4, 12);
  });

  it("strokes a path without length without dividing by zero", () => {
    expect(new Path(1, 1).line(1, 1).stroke(0.2).points.every(Number.isFinite)).toBe(true);
  });
});

describe("ellipse", () => {
  it("has all its points on the ellipse and nearly its area", () => {
    const path = ellipse(0.5, -0.5, 2, 1);
    for (let index = 0; index < path.points.length; index += 2) {
      const x = (path.points[index]! - 0.5) / 2;
      const y = path.points[index + 1]! + 0.5;
      expect(x * x + y * y).toBeCloseTo(1, 12);
    }
    expect(area(path) / (2 * Math.PI)).toBeGreaterThan(0.97);
    expect(area(path) / (2 * Math.PI)).toBeLessThan(1);
  });
});

describe("rectangle", () => {
  it("encloses width times height", () => {
    expect(area(rectangle(-1, 0, 2, 0.5))).toBe(1.5);
  });
});
