// Compiles packages/core/kernels/.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The package that the kernels are a part of. */
export const core = fileURLToPath(new URL("../../packages/core", import.meta.url));

/** The folder of the kernels' sources. */
export const sources = join(core, "kernels");

/** What each build may use: `strict` multiplies, then adds; `fma` fuses the two. */
export const variants = { strict: ["simd", "threads"], fma: ["simd", "threads", "relaxed-simd"] };

/** The most memory that a program may take, in pages of 64 KiB. */
const limits = readFileSync(join(core, "src", "base", "limits.ts"), "utf8");
const MAXIMUM_PAGES = Number(/MAXIMUM_PAGES = (\d+);/.exec(limits)[1]);

/**
 * Compiles the kernels.
 *
 * @param variant a key of `variants`
 * @param file where to write the module
 * @param options more options of the compiler
 * @returns the module's bytes
 */
export async function compileKernels(variant, file, options = []) {
  const words = [
    join(sources, "index.ts"),
    "--outFile",
    file,
    "--runtime",
    "stub",
    "-O3",
    "--noAssert",
    "--importMemory",
    "--noExportMemory",
    "--initialMemory",
    "1",
    "--maximumMemory",
    String(MAXIMUM_PAGES),
    "--zeroFilledMemory",
    "--enable",
    variants[variant].join(","),
    ...options,
  ];
  const readFile = (name, folder) => {
    const path = resolve(folder, name);
    return existsSync(path) ? unrolled(readFileSync(path, "utf8")) : null;
  };
  const { error, stderr } = await asc.main(words, { readFile });
  if (error) {
    console.error(String(stderr));
    throw error;
  }
  return readFileSync(file);
}

/**
 * Writes out the stretches of a source between `// unroll NAME = FIRST..LAST` and `// end of unroll` once for each
 * number, which replaces the name.
 */
function unrolled(source) {
  return source.replace(
    /^ *\/\/ unroll (\w+) = (\d+)\.\.(\d+)\n([\s\S]*?)^ *\/\/ end of unroll\n/gm,
    (_, name, first, last, body) => {
      const numbers = Array.from({ length: last - first + 1 }, (_, index) => Number(first) + index);
      return numbers.map((number) => body.replace(new RegExp(`\\b${name}\\b`, "g"), number)).join("");
    },
  );
}
