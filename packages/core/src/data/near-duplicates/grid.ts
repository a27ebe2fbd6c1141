/** The most cells along each side, a million in all. */
const MAXIMUM_CELLS = 100;

/** How many axes are divided into cells; the rest are compared point by point. */
const AXES = 3;

/** Allows for the rounding of coordinates to 32 bits. */
const SLACK = 1e-5;

/**
 * Points in the unit ball, sorted into cells, so that the points near another are found without comparing all.
 *
 * @example
 * const grid = new PointGrid(points, 35, 0.1);
 * grid.near(query, 0, (position) => console.log(position));
 */
export class PointGrid {
  private readonly order: Int32Array;
  private readonly sorted: Float32Array;
  private readonly starts: Int32Array;
  private readonly cells: number;
  private readonly axes: number;
  private readonly limit: number;

  /**
   * @param points `[N, dimensions]`, row-major, the most distinctive coordinates first
   * @param radius the largest distance that counts as near
   */
  constructor(
    points: Float32Array,
    private readonly dimensions: number,
    radius: number,
  ) {
    const count = dimensions === 0 ? 0 : points.length / dimensions;
    this.limit = (radius + SLACK) * (radius + SLACK);
    this.cells = Math.min(MAXIMUM_CELLS, Math.max(1, Math.floor(2 / (radius + SLACK))));
    this.axes = Math.min(AXES, dimensions);
    const keys = Int32Array.from({ length: count }, (_, point) => this.key(points, point * dimensions));
    this.starts = new Int32Array(this.cells ** this.axes + 1);
    for (const key of keys) this.starts[key + 1]! += 1;
    for (let cell = 1; cell < this.starts.length; cell++) this.starts[cell]! += this.starts[cell - 1]!;
    const next = this.starts.slice();
    this.order = new Int32Array(count);
    this.sorted = new Float32Array(points.length);
    keys.forEach((key, point) => {
      const to = next[key]!;
      next[key] = to + 1;
      this.order[to] = point;
      // In the order of the cells, so that each cell is contiguous.
      this.sorted.set(points.subarray(point * dimensions, (point + 1) * dimensions), to * dimensions);
    });
  }

  /** Calls `found` with every point within `radius` of the one that starts at `offset` in `query`. */
  near(query: Float32Array, offset: number, found: (point: number) => void): void {
    this.visit(query, offset, 0, 0, found);
  }

  /** Visits the cells along the axes from `axis` on; `key` combines the cells along the axes before it. */
  private visit(
    query: Float32Array,
    offset: number,
    axis: number,
    key: number,
    found: (point: number) => void,
  ): void {
    const cell = this.cell(query[offset + axis]!);
    const first = key * this.cells + Math.max(0, cell - 1);
    const last = key * this.cells + Math.min(this.cells - 1, cell + 1);
    if (axis === this.axes - 1) {
      this.scan(query, offset, this.starts[first]!, this.starts[last + 1]!, found);
    } else {
      for (let next = first; next <= last; next++) this.visit(query, offset, axis + 1, next, found);
    }
  }

  private scan(
    query: Float32Array,
    offset: number,
    start: number,
    end: number,
    found: (point: number) => void,
  ): void {
    const { sorted, dimensions, limit } = this;
    for (let place = start; place < end; place++) {
      const at = place * dimensions;
      let sum = 0;
      for (let axis = 0; axis < dimensions && sum <= limit; axis++) {
        const difference = query[offset + axis]! - sorted[at + axis]!;
        sum += difference * difference;
      }
      if (sum <= limit) found(this.order[place]!);
    }
  }

  private key(points: Float32Array, offset: number): number {
    let key = 0;
    for (let axis = 0; axis < this.axes; axis++) key = key * this.cells + this.cell(points[offset + axis]!);
    return key;
  }

  /** Cells are at least as wide as the radius, so near points are in the same or an adjacent cell. */
  private cell(coordinate: number): number {
    return Math.min(this.cells - 1, Math.max(0, Math.floor(((coordinate + 1) / 2) * this.cells)));
  }
}
