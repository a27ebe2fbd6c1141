// V8 can merge two neighbouring 128-bit vectors into one of 256 bits where the processor has AVX2: the same sums in the
// same order, so the same bits. Its pass is off by default and called experimental, so it is tried before it is used: each
// hot kernel runs from the usual build, and again from a build with wider loops, merged. Where a bit differs, a kernel traps,
// or the product of matrices is no faster, everything stays at 128 bits.
import { widePlatform } from "#threads";
import { fromBase64 } from "../base/base64.js";
import { messageOf } from "../base/errors.js";
import {
  fillOperands,
  hotKernels,
  type Kernels,
  productOfMatrices,
  resultOf,
  TRY_PAGES,
} from "./hot-kernels.js";
import { setMemory } from "./kernel-bytes.js";
import { MAXIMUM_PAGES } from "./kernel-table.js";
import type { WidePlatform } from "./threads.js";
import type { Variant } from "./variant.js";

/** The bits of the vectors that the kernels compute with. */
export type Width = 128 | 256;

/** Kernels as they run on every thread. */
export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  readonly width: Width;
}

const MERGE = "experimental-wasm-revectorize";
const DO_NOT_MERGE = "no-experimental-wasm-revectorize";
/** While kernels are tried, the call after the first one runs optimised code. */
const OPTIMISE_AT_ONCE = ["wasm-sync-tier-up", "wasm-tiering-budget=1"];
/** V8's defaults in Node 24 and 26. */
const OPTIMISE_WHEN_HOT = ["no-wasm-sync-tier-up", "wasm-tiering-budget=13000000"];

/** Wide vectors are used where they are at least this much faster. */
const WORTH_IT = 1.1;
/** The first calls of a function compile what it calls in turn. */
const COMPILING_CALLS = 3;
const TIMED_CALLS = 10;

/** The width of the whole process, which the first engine finds out, and the variants that were tried. */
let width: Width | undefined;
const tried = new Set<Variant>();

/** Keeps all engines that start after this at 128 bits. */
export function stayNarrow(): void {
  width = 128;
}

/** Whether engines that start after this keep to 128 bits. Processes that this one starts should, too. */
export function staysNarrow(): boolean {
  return width === 128;
}

/**
 * Compiles the wide build of the kernels.
 *
 * @param narrow the usual build of the same variant
 * @param shared whether both import shared memory
 * @returns `undefined` where the platform has no wide vectors, or they give other bits or are no faster
 */
export async function compileWide(
  narrow: Uint8Array<ArrayBuffer>,
  variant: Variant,
  shared: boolean,
): Promise<CompiledKernels | undefined> {
  const platform = width === 128 ? undefined : widePlatform();
  if (!platform) return undefined;
  const wide = fromBase64(await platform.kernels(variant));
  setMemory(wide, shared);
  if (!tried.has(variant)) {
    tried.add(variant);
    width = tryWide(narrow, wide, shared, platform);
  }
  return width === 256 ? { module: await WebAssembly.compile(wide), width } : undefined;
}

/** Sets V8's switch as far as it does good; kernels that it compiled stay compiled. */
function tryWide(
  narrow: Uint8Array<ArrayBuffer>,
  wide: Uint8Array<ArrayBuffer>,
  shared: boolean,
  { setFlag }: WidePlatform,
): Width {
  const memory = new WebAssembly.Memory({ initial: TRY_PAGES, maximum: MAXIMUM_PAGES, shared });
  const instanceOf = (bytes: Uint8Array<ArrayBuffer>) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
      .exports as unknown as Kernels;
  fillOperands(memory);
  setFlag(DO_NOT_MERGE);
  const narrowKernels = instanceOf(narrow);
  const results = resultsOf(narrowKernels, memory);
  for (const flag of OPTIMISE_AT_ONCE) setFlag(flag);
  try {
    const narrowMs = productMs(narrowKernels, memory);
    setFlag(MERGE);
    const wideKernels = instanceOf(wide);
    const fault = firstFault(wideKernels, memory, results);
    if (fault) warnOfFault(fault);
    else if (width === 256 || narrowMs >= WORTH_IT * productMs(wideKernels, memory)) return 256;
  } finally {
    for (const flag of OPTIMISE_WHEN_HOT) setFlag(flag);
  }
  setFlag(DO_NOT_MERGE);
  return 128;
}

/** The results of the hot kernels, in their order. */
export function resultsOf(kernels: Kernels, memory: WebAssembly.Memory): readonly number[] {
  return hotKernels.map((kernel) => resultOf(kernels, memory, kernel));
}

/** The first hot kernel whose optimised code gives other bits than `results`, or traps. */
export function firstFault(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  results: readonly number[],
): string | undefined {
  for (const [index, kernel] of hotKernels.entries()) {
    try {
      for (let call = 0; call < COMPILING_CALLS; call++) {
        if (resultOf(kernels, memory, kernel) !== results[index]) return `${kernel.name} gives other bits`;
      }
    } catch (thrown) {
      return `${kernel.name} fails: ${messageOf(thrown)}`;
    }
  }
  return undefined;
}

/** Milliseconds of a product of matrices by optimised code, at best. */
function productMs(kernels: Kernels, memory: WebAssembly.Memory): number {
  for (let call = 0; call < COMPILING_CALLS; call++) resultOf(kernels, memory, productOfMatrices);
  let best = Number.POSITIVE_INFINITY;
  for (let call = 0; call < TIMED_CALLS; call++) {
    const started = performance.now();
    kernels[productOfMatrices.name]!(...productOfMatrices.values);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

function warnOfFault(fault: string): void {
  console.warn(
    `Heddle computes with 128-bit vectors, because at 256 bits ${fault} on this machine. ` +
      "Results are right. Please report it, with the version of Node and the processor.",
  );
}
