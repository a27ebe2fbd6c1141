import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { conv2dBackwardReference, conv2dReference } from "./conv2d.reference.js";
import { conv2dGeometry } from "./conv2d-geometry.js";
import { fusesWithMaxPool } from "./conv2d-max-pool.js";
import { dropoutReference } from "./dropout.reference.js";
import { pool2dGeometry } from "./max-pool.js";
import { maxPoolReference } from "./max-pool.reference.js";
import { closeOrZero, onEachVariant, runChain, weightWith } from "./op-lab.testing.js";

interface Case {
  /** Output rows and columns before pooling; of an odd number, pooling drops the last. */
  readonly P: number;
  readonly Q: number;
  readonly C: number;
  readonly K: number;
  readonly R: number;
  readonly S: number;
  readonly padding: "valid" | "same";
  readonly rate: number | undefined;
  readonly bias: boolean;
  readonly samples: number;
  readonly left: number;
  readonly shards: number;
  readonly seed: number;
}

const size = (min: number, max: number) => fc.integer({ min, max });
const common = {
  P: size(2, 11),
  Q: size(2, 11),
  padding: fc.constantFrom("valid" as const, "same" as const),
  rate: fc.constantFrom(undefined, 0.25, 0.4),
  bias: fc.boolean(),
  samples: size(1, 5),
  left: size(0, 3),
  shards: size(1, 4),
  seed: fc.nat(1_000_000),
};
/** Cases for the direct kernel: few channels, or a window other than 3×3. */
const direct: fc.Arbitrary<Case> = fc.record({
  ...common,
  C: fc.constantFrom(1, 3, 5),
  K: fc.constantFrom(1, 3, 8, 10, 17, 37),
  R: size(1, 4),
  S: size(1, 4),
});
/** Cases for Winograd's algorithm. */
const transformed: fc.Arbitrary<Case> = fc.record({
  ...common,
  C: fc.constantFrom(8, 9, 11, 16),
  K: fc.constantFrom(4, 5, 8, 10, 17),
  R: fc.constant(3),
  S: fc.constant(3),
});

/** Rounding decides a maximum or a ReLU that is closer than this: the test passes such a unit no gradient. */
const UNDECIDED = 1e-3;

/** Forward and backward by the scalar twins, op after op. */
function reference(c: Case, x: Float32Array, w: Float32Array, b: Float32Array | undefined, dy: Float32Array) {
  const { P, Q, K, samples, rate, seed } = c;
  const geometry = geometryOf(c);
  const pool = pool2dGeometry([P, Q, K], {
    who: "test",
    poolSize: [2, 2],
    strides: [2, 2],
    padding: "valid",
  });
  const units = pool.P * pool.Q * K;
  const convolved = conv2dReference(geometry, samples, x, w, b);
  const pooled = maxPoolReference(pool, samples, convolved);
  // Without the winner, the largest value of a window is its second largest.
  const others = convolved.slice();
  for (const from of pooled.from) others[from] = Number.NEGATIVE_INFINITY;
  const second = maxPoolReference(pool, samples, others).y;
  const given = dy.map((value, i) => {
    const top = pooled.y[i]!;
    const decided = Math.abs(top) > UNDECIDED && (top < 0 || top - second[i]! > UNDECIDED);
    return decided ? value : 0;
  });
  const masks = Array.from({ length: samples }, (_, sample) =>
    rate === undefined
      ? undefined
      : dropoutReference({ rate, seed, layer: LAYER, step: STEP, sample, count: units }),
  );
  const factor = (i: number) => {
    const mask = masks[Math.floor(i / units)];
    return mask ? Number(mask[i % units]) / (1 - rate!) : 1;
  };
  const dConvolved = new Float64Array(convolved.length);
  pooled.from.forEach((from, i) => {
    if (pooled.y[i]! > 0) dConvolved[from]! += given[i]! * factor(i);
  });
  return {
    given,
    y: pooled.y.map((value, i) => Math.max(0, value) * factor(i)),
    ...conv2dBackwardReference(geometry, samples, x, w, dConvolved),
  };
}

function geometryOf({ P, Q, C, K, R, S, padding }: Case) {
  const shape = padding === "valid" ? [P + R - 1, Q + S - 1, C] : [P, Q, C];
  const options = {
    who: "test",
    filters: K,
    kernelSize: [R, S],
    strides: [1, 1],
    dilationRate: [1, 1],
  } as const;
  return conv2dGeometry(shape, { ...options, padding });
}

const LAYER = 3;
const STEP = 77;

/** Values within ±1, few of them close together. */
function values(count: number, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed, "split", count);
  return Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
}

onEachVariant("conv2dMaxPool", (engine) => {
  const check = async (c: Case) => {
    const geometry = geometryOf(c);
    const { R, S, C, K, H, W } = geometry;
    const { samples, left, shards, seed, rate } = c;
    const kernel = weightWith("kernel", [R, S, C, K], values(R * S * C * K, seed + 1));
    const bias = c.bias ? weightWith("bias", [K], values(K, seed + 2)) : undefined;
    const x = values(samples * H * W * C, seed + 3);
    const dy = values(samples * Math.floor(c.P / 2) * Math.floor(c.Q / 2) * K, seed + 4);
    const expected = reference(c, x, kernel.values, bias?.values, dy);
    const dropout = rate === undefined ? undefined : { rate, layer: LAYER };
    const actual = await runChain(engine(), {
      nodes: [{ op: "conv2dMaxPool", owner: "conv+pool", geometry, kernel, bias, dropout }],
      shape: [H, W, C],
      x,
      dy: expected.given,
      samples,
      batchSize: samples + left,
      shards,
      step: STEP,
      seed,
    });
    closeOrZero(actual.y, expected.y);
    closeOrZero(actual.dx, expected.dx);
    if (bias) closeOrZero(actual.gradient(bias), expected.db);
    return closeOrZero(actual.gradient(kernel), expected.dw);
  };

  it.each([
    ["directly", direct],
    ["by Winograd's algorithm", transformed],
  ])(
    "has the outputs and gradients of its four ops one by one over random shapes, computed %s",
    async (_, cases) => {
      let passed = 0;
      const property = fc.asyncProperty(cases, async (c) => {
        passed += Number(await check(c));
      });
      await fc.assert(property, { numRuns: 60 });
      // A small case may drop every unit; few do.
      expect(passed).toBeGreaterThan(40);
    },
  );

  // Ten channels: eight in one vector, two lane by lane.
  it("lets a NaN win wherever it is in the window", async () => {
    const options = {
      who: "test",
      filters: 10,
      kernelSize: [1, 1],
      strides: [1, 1],
      dilationRate: [1, 1],
    } as const;
    const geometry = conv2dGeometry([2, 2, 1], { ...options, padding: "valid" });
    const kernel = weightWith("kernel", [1, 1, 1, 10], new Float32Array(10).fill(1));
    const nodes = [
      { op: "conv2dMaxPool", owner: "c", geometry, kernel, bias: undefined, dropout: undefined },
    ] as const;
    for (let at = 0; at < 4; at++) {
      const x = new Float32Array([1, 2, 3, 4]);
      x[at] = Number.NaN;
      const { y } = await runChain(engine(), {
        nodes,
        shape: [2, 2, 1],
        x,
        dy: new Float32Array(10),
        samples: 1,
      });
      expect([...y]).toEqual(new Array(10).fill(Number.NaN));
    }
  });

  it("computes the study's second layer", async () => {
    const study = {
      P: 24,
      Q: 24,
      C: 16,
      K: 32,
      R: 3,
      S: 3,
      padding: "valid",
      rate: 0.4,
      bias: true,
    } as const;
    expect(await check({ ...study, samples: 2, left: 0, shards: 2, seed: 1 })).toBe(true);
  });
});

describe("fusesWithMaxPool", () => {
  const base = {
    who: "test",
    filters: 4,
    kernelSize: [3, 3],
    strides: [1, 1],
    dilationRate: [1, 1],
  } as const;
  const valid = { ...base, padding: "valid" } as const;
  it("requires stride 1, no dilation, and room for one window", () => {
    expect(fusesWithMaxPool(conv2dGeometry([4, 4, 1], valid))).toBe(true);
    expect(fusesWithMaxPool(conv2dGeometry([3, 4, 1], valid))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([4, 3, 1], valid))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([9, 9, 1], { ...valid, strides: [1, 2] }))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([9, 9, 1], { ...valid, dilationRate: [2, 1] }))).toBe(false);
  });
});
