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

const OUTPUT = "kernels.wasm";
const LISTING = "kernels.wat";

/** The widths that kernels are built for: vectors of 128 bits, and pairs of them that V8 merges. */
export const widths = [128, 256];

/** The most memory that a program may take, in pages of 64 KiB. */
const limits = readFileSync(join(core, "src", "base", "limits.ts"), "utf8");
const MAXIMUM_PAGES = Number(/MAXIMUM_PAGES = (\d+);/.exec(limits)[1]);

/**
 * Compiles the kernels.
 *
 * @param variant a key of `variants`
 * @param width one of `widths`
 * @param options more options of the compiler
 * @returns the module's bytes, and its listing
 */
export async function compileKernels(variant, width, options = []) {
  const words = [
    join(sources, "index.ts"),
    "--outFile",
    OUTPUT,
    "--textFile",
    LISTING,
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
    return existsSync(path) ? unrolled(atWidth(readFileSync(path, "utf8"), width)) : null;
  };
  let [bytes, text] = [];
  const writeFile = (name, content) => {
    if (name === OUTPUT) bytes = Buffer.from(content);
    if (name === LISTING) text = content;
  };
  const { error, stderr } = await asc.main(words, { readFile, writeFile });
  if (error) {
    console.error(String(stderr));
    throw error;
  }
  return { bytes, text };
}

/** Sets the constant of width.ts. */
function atWidth(source, width) {
  return source.replace("WIDE: bool = false;", `WIDE: bool = ${width === 256};`);
}

/**
 * Writes out the stretches of a source between `// unroll NAME = FIRST..LAST` and `// end of unroll` once for each
 * number, which replaces the name. A name that starts with `$` may be the end of other names: `sum$half`.
 */
function unrolled(source) {
  return source.replace(
    /^ *\/\/ unroll (\$?\w+) = (\d+)\.\.(\d+)\n([\s\S]*?)^ *\/\/ end of unroll\n/gm,
    (_, name, first, last, body) => {
      const numbers = Array.from({ length: last - first + 1 }, (_, index) => Number(first) + index);
      const places = name.startsWith("$")
        ? new RegExp(`\\${name}\\b`, "g")
        : new RegExp(`\\b${name}\\b`, "g");
      return numbers.map((number) => body.replace(places, number)).join("");
    },
  );
}
