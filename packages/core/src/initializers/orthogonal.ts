import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import type { Random } from "../base/random.js";
import { checkValue, finite } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { checkedInitializer } from "./ignored-keys.js";
import type { Initializer } from "./initializer.js";
import { normalDraws } from "./normal-draws.js";

/** Multiply-adds: about ten seconds of one core. A file may name sizes that would take days. */
const MAXIMUM_WORK = 2 ** 34;

/**
 * A random matrix with orthonormal columns, or rows where they are fewer, times `gain`. A kernel counts as a matrix
 * of its last axis and all others.
 *
 * Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks" (ICLR 2014).
 */
export class Orthogonal implements Initializer {
  readonly className = "Orthogonal";

  /** @param gain 1 by default */
  constructor(readonly gain = 1) {
    checkValue("Orthogonal", "gain", gain, finite);
  }

  static fromConfig(config: JsonObject): Orthogonal {
    return checkedInitializer(config, new Orthogonal(numberIn(config, "gain", 1)));
  }

  /** @throws HeddleError for a weight of one dimension, and one that would take minutes to draw */
  check(shape: Shape): void {
    if (shape.length < 2) {
      throw new HeddleError({
        who: this.className,
        expected: "a weight of at least two dimensions",
        received: `[${shape.join(", ")}]`,
        next: "Choose another initializer.",
      });
    }
    const { count, length } = matrixOf(shape);
    const work = 2 * count * count * length;
    if (work > MAXIMUM_WORK) {
      throw new HeddleError({
        who: this.className,
        expected: `a weight that takes at most ${MAXIMUM_WORK} multiply-adds`,
        received: `[${shape.join(", ")}], which takes ${work}`,
        next: "Choose another initializer.",
      });
    }
  }

  /** @throws HeddleError as `check` does */
  initialize(shape: Shape, random: Random): Float32Array<ArrayBuffer> {
    this.check(shape);
    const { rows, columns, count, length } = matrixOf(shape);
    const vectors = orthonormal(count, length, normalDraws(random));
    const values = new Float32Array(rows * columns);
    vectors.forEach((vector, one) => {
      vector.forEach((value, other) => {
        const index = columns < rows ? other * columns + one : one * columns + other;
        values[index] = this.gain * value;
      });
    });
    return values;
  }

  getConfig() {
    return { gain: this.gain, seed: null };
  }
}

/** A kernel as a matrix, and how many vectors of what length it has along its shorter side. */
function matrixOf(shape: Shape) {
  const columns = shape.at(-1)!;
  const rows = sizeOf(shape) / columns;
  const [count, length] = columns < rows ? [columns, rows] : [rows, columns];
  return { rows, columns, count, length };
}

/**
 * Normal vectors, made orthonormal one after the other (Gram–Schmidt), as QR does with a positive diagonal. The earlier
 * ones are subtracted from each twice: once leaves rounding errors where it nearly lies in their span.
 */
function orthonormal(count: number, length: number, draw: () => number): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    const vector = Float64Array.from({ length }, draw);
    for (let round = 0; round < 2; round++) {
      for (const earlier of vectors) {
        const share = dot(vector, earlier);
        for (let i = 0; i < length; i++) vector[i]! -= share * earlier[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i]! /= norm;
    vectors.push(vector);
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
