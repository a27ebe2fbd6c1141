// Compiles packages/core/kernels/ to packages/core/dist/kernels/{strict,fma}.wasm: multiply then add, or fused. Writes
// to packages/core/src/engine/ the same bytes as modules, kernels-{strict,fma}.ts, those of the wide builds,
// kernels-{strict,fma}-wide.ts, and the typed table of the kernels' parameters, kernel-table.ts.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileKernels, core, sources, variants, widths } from "./kernels/compile.mjs";

const output = join(core, "dist", "kernels");
const stamp = join(output, "sources.sha256");

const files = readdirSync(sources).filter((name) => name.endsWith(".ts"));
const text = new Map(files.map((name) => [name, readFileSync(join(sources, name), "utf8")]));
const modules = join(core, "src", "engine");
const builds = Object.keys(variants).flatMap((variant) =>
  widths.map((width) => ({ variant, width, name: width === 256 ? `${variant}-wide` : variant })),
);
const written = ["kernel-table.ts", ...builds.map(({ name }) => `kernels-${name}.ts`)];
const digest = createHash("sha256")
  .update(readFileSync(new URL(import.meta.url)))
  .update(readFileSync(new URL("kernels/compile.mjs", import.meta.url)))
  .update(readFileSync(join(core, "src", "base", "limits.ts")))
  .update(files.map((name) => name + text.get(name)).join("\0"))
  .digest("hex");

if (
  written.every((name) => existsSync(join(modules, name))) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === digest
) {
  console.log("kernels: up to date");
} else {
  mkdirSync(output, { recursive: true });
  for (const { variant, width, name } of builds) {
    const bytes = await compileKernels(variant, width);
    console.log(`kernels: ${name}`);
    if (width === 128) writeFileSync(join(output, `${variant}.wasm`), bytes);
    writeFileSync(
      join(modules, `kernels-${name}.ts`),
      `// Written by tools/build-kernels.mjs: the bytes of the kernels' build ${name}. Do not edit.
export const base64: string =
  "${bytes.toString("base64")}";
`,
    );
  }
  writeTable();
  writeFileSync(stamp, digest);
}

/** One row per kernel: its parameters' names in order. AssemblyScript is close enough to read by pattern. */
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
    join(modules, "kernel-table.ts"),
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
