// Compiles and runs peak.ts: how many multiply-adds a second one thread can do.
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { hasRelaxedSimd } from "../../packages/core/dist/index.js";

const FACTOR = 1.5;
const LANES = 4;
/** Not a multiple of the number of rows in the table. */
const CHECKED_STEPS = 1003;

/**
 * The peak kernel of a variant: like Heddle's kernels it multiplies, then adds, in `strict`, and fuses the two in
 * `fma`.
 *
 * @returns a function that measures for at least so many milliseconds and returns multiply-adds a second
 */
export async function peakKernel(variant) {
  // Enables the instruction where that needs a flag.
  if (variant === "fma" && !hasRelaxedSimd()) throw new Error("bench: no relaxed SIMD here");
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(await compile(variant)));
  const perStep = LANES * exports.SUMS.value;
  fillAndCheck(exports, perStep);
  let steps = 1 << 20;
  return (milliseconds) => {
    for (;;) {
      const started = performance.now();
      exports.multiplyAdds(steps, FACTOR);
      const elapsed = performance.now() - started;
      if (elapsed >= milliseconds) return (1000 * steps * perStep) / elapsed;
      steps = Math.min(2 ** 31 - 1, Math.ceil(steps * Math.min(16, (1.2 * milliseconds) / elapsed)));
    }
  };
}

async function compile(variant) {
  const source = fileURLToPath(new URL("peak.ts", import.meta.url));
  const features = variant === "fma" ? "simd,relaxed-simd" : "simd";
  let binary;
  const { error, stderr } = await asc.main(
    [source, "--outFile", "peak.wasm", "--runtime", "stub", "-O3", "--noAssert", "--enable", features],
    {
      writeFile: (_, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`bench: peak.ts does not compile:\n${stderr}`);
  return binary;
}

/** Whole numbers in the table make every sum exact: the kernel has done each product, or its result is wrong. */
function fillAndCheck({ memory, table, multiplyAdds, ROWS }, perStep) {
  const values = new Float32Array(memory.buffer, table.value, ROWS.value * perStep);
  for (let i = 0; i < values.length; i++) values[i] = ((7 * i) % 13) - 4;
  let expected = 0;
  for (let i = 0; i < CHECKED_STEPS * perStep; i++) expected += FACTOR * values[i % values.length];
  const received = multiplyAdds(CHECKED_STEPS, FACTOR);
  if (received !== expected || expected === 0) {
    throw new Error(`bench: the peak kernel returns ${received} instead of ${expected}`);
  }
}
