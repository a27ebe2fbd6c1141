/** How many straight pieces approximate a curve. At 28 pixels, a fifth piece makes no visible difference. */
const CURVE_PIECES = 4;

/** How many straight pieces approximate a quarter of an ellipse. */
const QUARTER_PIECES = 5;

/**
 * An outline in garment units: the frame is 2 wide and 2 high, with the origin in its middle, x to the right, y down.
 *
 * @example
 * new Path(0, -1).line(0.5, -0.9).curve(0.4, 0, 0.5, 1).line(0, 1).mirror(); // a symmetric torso
 */
export class Path {
  /** x0, y0, x1, y1, … */
  readonly points: number[];

  constructor(x: number, y: number) {
    this.points = [x, y];
  }

  /** Adds a straight line to (x, y). */
  line(x: number, y: number): this {
    this.points.push(x, y);
    return this;
  }

  /** Adds a quadratic Bézier curve to (x, y), with the control point (controlX, controlY). */
  curve(controlX: number, controlY: number, x: number, y: number): this {
    const startX = this.points[this.points.length - 2]!;
    const startY = this.points[this.points.length - 1]!;
    for (let piece = 1; piece <= CURVE_PIECES; piece++) {
      const t = piece / CURVE_PIECES;
      const a = (1 - t) * (1 - t);
      const b = 2 * t * (1 - t);
      const c = t * t;
      this.points.push(a * startX + b * controlX + c * x, a * startY + b * controlY + c * y);
    }
    return this;
  }

  /** Completes a right half with its mirror image in the line x = 0. */
  mirror(): this {
    for (let index = this.points.length - 2; index >= 0; index -= 2) {
      this.points.push(-this.points[index]!, this.points[index + 1]!);
    }
    return this;
  }

  /** A copy with left and right exchanged, such as the other sleeve. */
  flipped(): Path {
    const copy = new Path(-this.points[0]!, this.points[1]!);
    for (let index = 2; index < this.points.length; index += 2) {
      copy.line(-this.points[index]!, this.points[index + 1]!);
    }
    return copy;
  }

  /** The closed outline of a band of `width` along this open path. */
  stroke(width: number): Path {
    const { points } = this;
    const last = points.length - 2;
    const left: number[] = [];
    const right: number[] = [];
    for (let index = 0; index <= last; index += 2) {
      const before = Math.max(index - 2, 0);
      const after = Math.min(index + 2, last);
      const dx = points[after]! - points[before]!;
      const dy = points[after + 1]! - points[before + 1]!;
      const scale = width / 2 / Math.max(Math.sqrt(dx * dx + dy * dy), 1e-9);
      left.push(points[index]! - dy * scale, points[index + 1]! + dx * scale);
      right.push(points[index]! + dy * scale, points[index + 1]! - dx * scale);
    }
    const outline = new Path(left[0]!, left[1]!);
    for (let index = 2; index <= last; index += 2) outline.line(left[index]!, left[index + 1]!);
    for (let index = last; index >= 0; index -= 2) outline.line(right[index]!, right[index + 1]!);
    return outline;
  }
}

/** Points of a circle by its rational parametrisation, which needs no `Math.sin` and so has the same bits everywhere. */
const circle: readonly (readonly [cosine: number, sine: number])[] = (() => {
  const quarter = Array.from({ length: QUARTER_PIECES }, (_, step) => {
    const t = step / QUARTER_PIECES;
    return [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)] as const;
  });
  return [
    ...quarter,
    ...quarter.map(([c, s]) => [-s, c] as const),
    ...quarter.map(([c, s]) => [-c, -s] as const),
    ...quarter.map(([c, s]) => [s, -c] as const),
  ];
})();

/** An ellipse about (x, y). */
export function ellipse(x: number, y: number, radiusX: number, radiusY: number = radiusX): Path {
  const path = new Path(x + radiusX, y);
  for (const [cosine, sine] of circle.slice(1)) path.line(x + radiusX * cosine, y + radiusY * sine);
  return path;
}

/** A straight band of `width` from one point to another. */
export function band(x0: number, y0: number, x1: number, y1: number, width: number): Path {
  return new Path(x0, y0).line(x1, y1).stroke(width);
}

/** The rectangle between two corners. */
export function rectangle(left: number, top: number, right: number, bottom: number): Path {
  return new Path(left, top).line(right, top).line(right, bottom).line(left, bottom);
}
