import { beforeAll, describe, expect, it } from "vitest";
import { enableRelaxedSimd } from "#threads";
import { fromBase64 } from "../base/base64.js";
import { Random } from "../base/random.js";
import { fillOperands, hotKernels, type Kernels, resultOf } from "./hot-kernels.js";
import { setMemory } from "./kernel-bytes.js";
import { type KernelArguments, type KernelName, kernelTable } from "./kernel-table.js";

const memory = new WebAssembly.Memory({ initial: 96, maximum: 32768 });

async function kernelsOf(base64: string): Promise<Kernels> {
  const bytes = fromBase64(base64);
  setMemory(bytes, false);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

const PLACE = 8 * 65536;
/** The places of operands, and of up to two results close to each other. */
const [X, W, ZEROS, OUT, OUT_2, SCRATCH, V, M, SUMS] = [1, 2, 3, 4, 4.25, 6, 7, 8, 9].map(
  (place) => place * PLACE,
) as [number, number, number, number, number, number, number, number, number];
const steps = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 };
const RESULT_WORDS = 65536;

describe.each(["strict", "fma"] as const)("the wide build of the %s kernels, not merged", (variant) => {
  let narrow: Kernels;
  let wide: Kernels;
  beforeAll(async () => {
    enableRelaxedSimd();
    const builds =
      variant === "strict"
        ? [await import("./kernels-strict.js"), await import("./kernels-strict-wide.js")]
        : [await import("./kernels-fma.js"), await import("./kernels-fma-wide.js")];
    [narrow, wide] = (await Promise.all(builds.map(({ base64 }) => kernelsOf(base64)))) as [Kernels, Kernels];
  });

  function outputsOf<K extends KernelName>(kernels: Kernels, name: K, values: KernelArguments<K, number>) {
    const result = new Int32Array(memory.buffer, OUT, RESULT_WORDS);
    result.fill(0x3e000000);
    const row: Readonly<Record<string, number>> = values;
    kernels[name]!(...kernelTable[name].map((parameter) => row[parameter]!));
    return result.slice();
  }

  function expectSameBits<K extends KernelName>(name: K, values: KernelArguments<K, number>) {
    const [expected, actual] = [outputsOf(narrow, name, values), outputsOf(wide, name, values)];
    const first = expected.findIndex((word, at) => word !== actual[at]);
    expect(first, `${name} ${JSON.stringify(values)}: the first float that differs`).toBe(-1);
  }

  it("gives the bits of the narrow one for every hot kernel", () => {
    fillOperands(memory);
    for (const kernel of hotKernels) {
      expect(resultOf(wide, memory, kernel), kernel.name).toBe(resultOf(narrow, memory, kernel));
    }
  });

  it("gives the bits of the narrow one for layers of any size", () => {
    const floats = new Float32Array(memory.buffer);
    const random = new Random(14, "selection");
    for (let at = X / 4; at < ZEROS / 4; at++) floats[at] = random.uniform() * 4 - 2;
    floats.fill(0, ZEROS / 4, OUT / 4);
    const upTo = (most: number) => 1 + random.below(most);
    for (let round = 0; round < 15; round++) {
      const [N, C, K, P, Q] = [upTo(4), upTo(20), upTo(40), upTo(7), upTo(7)];
      const [R, S] = [upTo(4), upTo(4)];
      const packed = { w: W, wStepBytes: 32, wBlockBytes: 32 * C };
      const room = { scratch: SCRATCH, zeros: ZEROS };
      expectSameBits("denseForward", { y: OUT, x: X, ...packed, bias: W, ...room, N, I: C, O: K, low: 0 });
      expectSameBits("denseInputGradient", { dx: OUT, dy: X, wt: W, ...room, N, I: K, O: C });
      const range = { first: 0, last: C };
      expectSameBits("denseKernelGradient", {
        dw: OUT,
        x: X,
        dy: W,
        ...room,
        panels: V,
        N,
        I: C,
        O: K,
        ...range,
      });
      // Each of the three, or none of them.
      const finish = [
        { scale: 0, shift: 0, other: 0 },
        { scale: W + 4096, shift: W + 8192, other: 0 },
        { scale: 0, shift: 0, other: V },
        { scale: W + 4096, shift: W + 8192, other: V },
      ][round % 4]!;
      const image = { N, H: P + R - 1, W: Q + S - 1, C, K, R, S, P, Q };
      const taps = { w: W, wStepBytes: 32, wBlockBytes: 32 * R * S * C };
      expectSameBits("conv2dForward", {
        y: OUT,
        x: X,
        ...taps,
        bias: W,
        ...finish,
        ...room,
        ...image,
        ...steps,
        low: -1,
      });
      expectSameBits("conv2dKernelGradient", { dw: OUT, x: X, dy: W, ...room, ...image, ...steps });
      const grey = { y: OUT, x: X, w: W, bias: W, ...room };
      expectSameBits("conv2dForwardOneChannel", { ...grey, ...image, low: 0 });
      const border = { top: 0, left: 0, borderH: R - 1, borderW: S - 1, rowsH: P, columnsW: Q };
      const gradient = { H: P + R - 1, W: Q + S - 1, P: P + 2 * R - 2, Q: Q + 2 * S - 2 };
      const fromK = { dx: OUT, dy: X, wt: W, ...room, N, C: K, K: C, R, S };
      expectSameBits("conv2dInputGradient", { ...fromK, ...gradient, ...steps, ...border });
      const [height, width] = [4 * Math.ceil(P / 4), 4 * Math.ceil(Q / 4)];
      const tiles = { N, H: height + 2, W: width + 2, C, K };
      const winograd = { u: W, bias: W, v: V, m: M, scratch: SCRATCH };
      const sum = { y: OUT, x: X, ...winograd, ...tiles, ...finish, P, Q, block: 8, low: 0 };
      expectSameBits("conv2dWinograd", sum);
      const pooled = { P: Math.ceil(P / 2), Q: Math.ceil(Q / 2) };
      const best = { y: OUT, winner: OUT_2, x: X };
      expectSameBits("conv2dMaxPoolWinograd", { ...best, ...winograd, ...tiles, ...pooled, block: 8 });
      const bordered = { borderedH: height + 1, borderedW: width + 1, borderH: 1, borderW: 1 };
      const sums = { dw: OUT, x: X, dy: W, v: V, d: M, m: SUMS, scratch: SCRATCH };
      expectSameBits("conv2dWinogradKernelGradient", { ...sums, ...tiles, P, Q, ...bordered, block: 8 });
      const rows = { N, rows: P * Q, C: K };
      const channels = { mean: W, scale: W + 4096, shift: W + 8192, ...rows, lowest: 0 };
      expectSameBits("batchMoments", { parts: OUT, x: X, ...room, ...rows });
      expectSameBits("channelGradients", { parts: OUT, dy: V, x: X, ...room, ...channels });
      expectSameBits("scaleChannels", { y: OUT, x: X, ...channels });
      const bent = { slope: W + 12288, offset: W + 16384 };
      expectSameBits("scaleChannelsBackward", { dx: OUT, dy: V, x: X, ...channels, ...bent });
      const window = { poolH: 2, poolW: 3, strideH: 2, strideW: 1, top: 1, left: 1 };
      const pooling = { y: OUT, x: X, N, H: 2 * P, W: Q + 1, C: K, P, Q, ...window };
      expectSameBits("averagePoolForward", pooling);
      expectSameBits("maxPoolForward", { ...pooling, winner: OUT_2 });
      const kernel = { u: OUT, w: W, scratch: SCRATCH, C, K };
      expectSameBits("winogradKernel", { ...kernel, first: 0, last: 8 * Math.ceil(K / 8) });
      expectSameBits("winogradKernelFlipped", { ...kernel, first: 0, last: 8 * Math.ceil(C / 8) });
    }
  });
});
