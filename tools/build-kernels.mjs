// Compiles packages/core/kernels/ to packages/core/dist/kernels/*.wasm and writes the typed table of their parameters,
// packages/core/src/engine/kernel-table.ts. Four files: strict or fused multiply-add, with shared or plain memory.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../packages/core", import.meta.url));
const sources = join(root, "kernels");
const output = join(root, "dist", "kernels");
const stamp = join(output, "sources.sha256");

/** The most memory that a program may take, in pages of 64 KiB. */
const limits = readFileSync(join(root, "src", "base", "limits.ts"), "utf8");
const MAXIMUM_PAGES = Number(/MAXIMUM_PAGES = (\d+);/.exec(limits)[1]);

const variants = { strict: ["simd", "threads"], fma: ["simd", "threads", "relaxed-simd"] };
const memories = { shared: ["--sharedMemory"], plain: [] };

const files = readdirSync(sources).filter((name) => name.endsWith(".ts"));
const text = new Map(files.map((name) => [name, readFileSync(join(sources, name), "utf8")]));
const tablePath = join(root, "src", "engine", "kernel-table.ts");
const digest = createHash("sha256")
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(limits)
  .update(files.map((name) => name + text.get(name)).join("\0"))
  .digest("hex");

if (existsSync(stamp) && existsSync(tablePath) && readFileSync(stamp, "utf8") === digest) {
  console.log("kernels: up to date");
} else {
  mkdirSync(output, { recursive: true });
  writeTable();
  for (const [variant, features] of Object.entries(variants)) {
    for (const [memory, flags] of Object.entries(memories)) {
      await compile(`${variant}-${memory}.wasm`, features, flags);
    }
  }
  writeFileSync(stamp, digest);
}

async function compile(name, features, flags) {
  const { error, stderr } = await asc.main([
    join(sources, "index.ts"),
    "--outFile",
    join(output, name),
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
    features.join(","),
    ...flags,
  ]);
  if (error) {
    console.error(String(stderr));
    throw error;
  }
  console.log(`kernels: ${name}`);
}

/** One row a kernel: its parameters' names in order. AssemblyScript is close enough to read by pattern. */
function writeTable() {
  const exported = [...text.get("index.ts").matchAll(/export \{([^}]*)\} from "\.\/([\w-]+)"/g)];
  const rows = [];
  for (const [, names, file] of exported) {
    for (const name of names.split(",").map((part) => part.trim())) {
      const signature = new RegExp(`export function ${name}\\(([^)]*)\\): (\\w+)`).exec(
        text.get(`${file}.ts`),
      );
      if (!signature)
        throw new Error(`kernels/index.ts exports ${name}, which kernels/${file}.ts does not define`);
      const parameters = [...signature[1].matchAll(/(\w+): \w+/g)].map((match) => `"${match[1]}"`);
      rows.push(`  ${name}: [${parameters.join(", ")}],`);
    }
  }
  writeFileSync(
    tablePath,
    `// Written by tools/build-kernels.mjs from the sources in kernels/. Do not edit.

export { MAXIMUM_PAGES } from "../base/limits.js";

/** Every kernel with the names of its parameters, in order. */
export const kernelTable = {
${rows.join("\n")}
} as const;

export type KernelName = keyof typeof kernelTable;

/** The parameters of a kernel by name: a missing or misspelt one does not compile. */
export type KernelArguments<K extends KernelName, Value> = Record<(typeof kernelTable)[K][number], Value>;
`,
  );
}
