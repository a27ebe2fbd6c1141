import { HeddleError } from "../base/errors.js";
import { Random } from "../base/random.js";
import { directionNumbers } from "./sobol-directions.js";

/** How many dimensions there are direction numbers for. */
export const MAXIMUM_DIMENSIONS = directionNumbers.length + 1;

const BITS = 32;

/** Sobol's sequence: points of a unit cube that fill it evenly from the first on. */
export class Sobol {
  private readonly directions: readonly Uint32Array[];
  private readonly shifts: readonly number[];

  /**
   * @param dimensions at most `MAXIMUM_DIMENSIONS`
   * @param scramble the seed of Matoušek's scrambling, a random linear map of the digits and a random shift; without one
   * the points are those of Joe and Kuo, of which the first is the origin
   */
  constructor(dimensions: number, scramble?: number) {
    if (dimensions > MAXIMUM_DIMENSIONS) {
      throw new HeddleError({
        who: "Sobol",
        expected: `at most ${MAXIMUM_DIMENSIONS} parameters`,
        received: String(dimensions),
        next: "Search at random or with TPE.",
      });
    }
    const plain = Array.from({ length: dimensions }, (_, dimension) => directionsOf(dimension));
    // From the far end of the streams, whose near end is that of the trials.
    const streams = plain.map((_, dimension) =>
      scramble === undefined ? undefined : new Random(scramble, "sweep", 0xffffffff - dimension),
    );
    this.directions = plain.map((directions, dimension) => scrambled(directions, streams[dimension]));
    this.shifts = streams.map((random) => random?.uint32() ?? 0);
  }

  /** Point number `index`, from 0 and below 2^32, each coordinate in [0, 1). */
  point(index: number): number[] {
    const gray = (index ^ (index >>> 1)) >>> 0;
    return this.directions.map((directions, dimension) => {
      let bits = this.shifts[dimension]!;
      for (let bit = 0, rest = gray; rest > 0; bit++, rest >>>= 1) if (rest & 1) bits ^= directions[bit]!;
      return (bits >>> 0) / 2 ** BITS;
    });
  }
}

/** The direction numbers of a dimension, each with its binary point before the first of 32 bits. */
function directionsOf(dimension: number): Uint32Array {
  const directions = new Uint32Array(BITS);
  // The first dimension is van der Corput's sequence.
  const [polynomial = 0, ...initial] = directionNumbers[dimension - 1] ?? [];
  const degree = initial.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (degree === 0 || bit < degree) {
      directions[bit] = (initial[bit] ?? 1) << (BITS - 1 - bit);
      continue;
    }
    let next = directions[bit - degree]! ^ (directions[bit - degree]! >>> degree);
    for (let back = 1; back < degree; back++) {
      if ((polynomial >>> (degree - back)) & 1) next ^= directions[bit - back]!;
    }
    directions[bit] = next;
  }
  return directions;
}

/** Multiplies direction numbers by a random lower triangular matrix of bits with ones on its diagonal. */
function scrambled(directions: Uint32Array, random: Random | undefined): Uint32Array {
  if (!random) return directions;
  // Row r mixes the r digits before it into digit r, counted from the most significant.
  const rows = Array.from({ length: BITS }, (_, row) => {
    const own = 0x80000000 >>> row;
    const before = row === 0 ? 0 : (-1 << (BITS - row)) >>> 0;
    return ((random.uint32() & before) | own) >>> 0;
  });
  return directions.map((number) => rows.reduce((bits, row) => (bits << 1) | parity(number & row), 0) >>> 0);
}

function parity(bits: number): number {
  let folded = bits;
  for (let shift = 16; shift > 0; shift >>= 1) folded ^= folded >>> shift;
  return folded & 1;
}
