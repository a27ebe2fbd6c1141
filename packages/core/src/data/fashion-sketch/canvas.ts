import type { Path } from "./path.js";

/** Rows and columns of an image. */
export const SIZE = 28;

/** Pixels of an image. */
export const PIXELS = SIZE * SIZE;

/** Pixels per garment unit at scale 1: half the frame, minus a margin of one pixel. */
const UNIT = 13;

/** Two more columns than the image, because an edge leaves its remainder in the column to its right. */
const COVER_WIDTH = SIZE + 2;

/** The position of a garment in the frame; shifts are in pixels. */
export interface Pose {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** The tangent of half the angle by which the garment is turned. */
  readonly turn: number;
  /** How many units to the right a point moves for each unit that it is further down. */
  readonly shear: number;
}

/**
 * An image being drawn: grey tones 0..1 over black, with exactly anti-aliased edges.
 *
 * Coverage is the exact area of the outline in each pixel: every edge adds its signed area to the cells that it
 * crosses, and the running sum along a row is the covered part of each pixel. An outline must not cross itself.
 */
export class Canvas {
  /** The tone of each pixel, 0..1; black where nothing is drawn. */
  readonly tone = new Float64Array(PIXELS);
  /** The covered part of each pixel, 0..1. */
  readonly cloth = new Float64Array(PIXELS);
  private readonly cover = new Float64Array(SIZE * COVER_WIDTH);
  private xx = UNIT;
  private xy = 0;
  private yx = 0;
  private yy = UNIT;
  private x0 = SIZE / 2;
  private y0 = SIZE / 2;

  /** Clears the canvas to black and sets the pose of the next garment. */
  begin(pose: Pose): void {
    this.tone.fill(0);
    this.cloth.fill(0);
    const { turn, shear } = pose;
    const cosine = (1 - turn * turn) / (1 + turn * turn);
    const sine = (2 * turn) / (1 + turn * turn);
    this.xx = UNIT * pose.scaleX * cosine;
    this.xy = UNIT * pose.scaleY * (shear * cosine - sine);
    this.yx = UNIT * pose.scaleX * sine;
    this.yy = UNIT * pose.scaleY * (shear * sine + cosine);
    this.x0 = SIZE / 2 + pose.shiftX;
    this.y0 = SIZE / 2 + pose.shiftY;
  }

  /** Adds a piece of cloth in one tone. */
  fill(path: Path, tone: number): void {
    this.paint(path, (index, covered) => {
      this.tone[index]! += covered * (tone - this.tone[index]!);
      this.cloth[index]! += covered * (1 - this.cloth[index]!);
    });
  }

  /** Colours existing cloth, for seams, buttons and prints. Leaves the background black. */
  dye(path: Path, tone: number, opacity = 1): void {
    this.paint(path, (index, covered) => {
      this.tone[index]! += covered * opacity * (this.cloth[index]! * tone - this.tone[index]!);
    });
  }

  /** Cuts a hole. */
  cut(path: Path): void {
    this.paint(path, (index, covered) => {
      this.tone[index]! *= 1 - covered;
      this.cloth[index]! *= 1 - covered;
    });
  }

  /** Calls `blend` with each pixel that the outline covers and the covered part of that pixel. */
  private paint(path: Path, blend: (index: number, covered: number) => void): void {
    const { points } = path;
    let fromX = this.pixelX(points, points.length - 2);
    let fromY = this.pixelY(points, points.length - 2);
    let top = SIZE;
    let bottom = 0;
    let left = SIZE;
    let right = 0;
    for (let index = 0; index < points.length; index += 2) {
      const toX = this.pixelX(points, index);
      const toY = this.pixelY(points, index);
      this.addEdge(fromX, fromY, toX, toY);
      top = Math.min(top, toY);
      bottom = Math.max(bottom, toY);
      left = Math.min(left, toX);
      right = Math.max(right, toX);
      fromX = toX;
      fromY = toY;
    }
    for (let row = Math.max(Math.floor(top), 0); row < Math.min(bottom, SIZE); row++) {
      let sum = 0;
      const start = row * COVER_WIDTH;
      for (let column = Math.max(Math.floor(left), 0); column < Math.min(right, SIZE); column++) {
        sum += this.cover[start + column]!;
        const covered = Math.min(Math.abs(sum), 1);
        // Cells that cancel out leave rounding errors of this order.
        if (covered > 1e-9) blend(row * SIZE + column, covered);
      }
      this.cover.fill(0, start, start + COVER_WIDTH);
    }
  }

  private pixelX(points: readonly number[], index: number): number {
    return this.x0 + this.xx * points[index]! + this.xy * points[index + 1]!;
  }

  private pixelY(points: readonly number[], index: number): number {
    return this.y0 + this.yx * points[index]! + this.yy * points[index + 1]!;
  }

  /** Adds the signed area to the right of one edge, row by row. */
  private addEdge(fromX: number, fromY: number, toX: number, toY: number): void {
    if (fromY === toY) return;
    const sign = fromY < toY ? 1 : -1;
    const top = Math.min(fromY, toY);
    const bottom = Math.max(fromY, toY);
    const slope = (toX - fromX) / (toY - fromY);
    const topX = sign === 1 ? fromX : toX;
    for (let row = Math.max(Math.floor(top), 0); row < Math.min(bottom, SIZE); row++) {
      const enter = Math.max(row, top);
      const leave = Math.min(row + 1, bottom);
      const enterX = withinFrame(topX + (enter - top) * slope);
      const leaveX = withinFrame(topX + (leave - top) * slope);
      this.addPiece(row, Math.min(enterX, leaveX), Math.max(enterX, leaveX), sign * (leave - enter));
    }
  }

  /** Adds the piece of an edge within one row, cell by cell: from `left` to `right`, with the signed height `height`. */
  private addPiece(row: number, left: number, right: number, height: number): void {
    const start = row * COVER_WIDTH;
    const width = right - left;
    const first = Math.floor(left);
    if (right <= first + 1) {
      const part = (left + right) / 2 - first;
      this.cover[start + first]! += height * (1 - part);
      this.cover[start + first + 1]! += height * part;
      return;
    }
    for (let column = first; column < right; column++) {
      const enter = Math.max(column, left);
      const leave = Math.min(column + 1, right);
      const share = (height * (leave - enter)) / width;
      const part = (enter + leave) / 2 - column;
      this.cover[start + column]! += share * (1 - part);
      this.cover[start + column + 1]! += share * part;
    }
  }
}

/** Moves a point beside the frame to its border: an edge to the left still starts the row, one to the right is invisible. */
function withinFrame(x: number): number {
  return Math.min(Math.max(x, 0), SIZE);
}
