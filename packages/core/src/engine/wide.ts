// V8 can merge two neighbouring 128-bit vectors into one of 256 bits where the processor has AVX2: the same sums in the
// same order, so the same bits. Its pass is off by default and called experimental, so it is tried before it is used:
// each hot kernel runs as compiled without it, and again as optimised with it. Where a bit differs, a kernel traps, or the
// product of matrices is no faster, everything stays at 128 bits.
import { wideSwitch } from "#threads";
import { messageOf } from "../base/errors.js";
import {
  fillOperands,
  hotKernels,
  type Kernels,
  productOfMatrices,
  resultOf,
  TRY_PAGES,
} from "./hot-kernels.js";
import { MAXIMUM_PAGES } from "./kernel-table.js";

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

/** The width of the whole process, which the first engine finds out, and the builds that gave the right bits at it. */
let width: Width | undefined;
const tried = new Set<string>();

/** Keeps all engines that start after this at 128 bits. */
export function stayNarrow(): void {
  width = 128;
}

/**
 * Compiles kernels as wide as they run faster with the same bits.
 *
 * @param bytes a kernel build
 * @param build its name, the same for the same bytes
 * @param shared whether it imports shared memory
 */
export async function compileWide(
  bytes: Uint8Array<ArrayBuffer>,
  build: string,
  shared: boolean,
): Promise<CompiledKernels> {
  const setFlag = width === 128 ? undefined : wideSwitch();
  if (!setFlag) return { module: await WebAssembly.compile(bytes), width: 128 };
  if (!tried.has(build)) {
    tried.add(build);
    width = tryWide(bytes, shared, setFlag);
  }
  // Where the try failed, V8 still holds optimised code for these bytes.
  const module = await WebAssembly.compile(width === 128 ? distinct(bytes) : bytes);
  return { module, width: width ?? 128 };
}

/** Sets V8's switch as far as it does good; kernels that it compiled stay compiled. */
function tryWide(bytes: Uint8Array<ArrayBuffer>, shared: boolean, setFlag: (flag: string) => void): Width {
  const memory = new WebAssembly.Memory({ initial: TRY_PAGES, maximum: MAXIMUM_PAGES, shared });
  const instanceOf = (kernels: Uint8Array<ArrayBuffer>) =>
    new WebAssembly.Instance(new WebAssembly.Module(kernels), { env: { memory } })
      .exports as unknown as Kernels;
  fillOperands(memory);
  setFlag(DO_NOT_MERGE);
  const narrow = instanceOf(distinct(bytes));
  const results = resultsOf(narrow, memory);
  for (const flag of OPTIMISE_AT_ONCE) setFlag(flag);
  try {
    const narrowMs = productMs(narrow, memory);
    setFlag(MERGE);
    const wide = instanceOf(bytes);
    const fault = firstFault(wide, memory, results);
    if (fault) warnOfFault(fault);
    else if (width === 256 || narrowMs >= WORTH_IT * productMs(wide, memory)) return 256;
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

/** The same module for WebAssembly, another one for V8, which compiles equal bytes once: with an empty custom section. */
function distinct(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(bytes.length + 4);
  longer.set(bytes);
  // Section 0 of two bytes: a name of one letter.
  longer.set([0, 2, 1, 110], bytes.length);
  return longer;
}

function warnOfFault(fault: string): void {
  console.warn(
    `Heddle computes with 128-bit vectors, because at 256 bits ${fault} on this machine. ` +
      "Results are right. Please report it, with the version of Node and the processor.",
  );
}
