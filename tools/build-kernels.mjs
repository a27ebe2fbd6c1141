// Compiles packages/core/kernels/ to packages/core/dist/kernels/{strict,fma}.wasm: multiply then add, or fused. Writes
// to packages/core/src/engine/ the same bytes as modules, kernels-{strict,fma}.ts, those of the wide builds,
// kernels-{strict,fma}-wide.ts, the typed table of the kernels' parameters, kernel-table.ts, and which functions of the strict
// build each kernel needs, kernel-functions.ts.
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
const written = ["kernel-table.ts", "kernel-functions.ts", ...builds.map(({ name }) => `kernels-${name}.ts`)];
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
    const { bytes, text: listing } = await compileKernels(variant, width);
    if (name === "strict") writeFunctions(listing);
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

/** For each kernel, the positions of the functions that it is or calls among those of the build, by its listing. */
function writeFunctions(listing) {
  const names = [...listing.matchAll(/^ \(func (\$\S+)/gm)].map(([, name]) => name);
  const bodies = listing.split(/^ \(func /m).slice(1);
  const called = new Map(
    names.map((name, at) => [
      name,
      [...bodies[at].matchAll(/\bcall (\$[^\s)]+)/g)].map(([, callee]) => callee),
    ]),
  );
  const reached = (name, seen = new Set()) => {
    if (!seen.has(name)) {
      seen.add(name);
      for (const callee of called.get(name)) reached(callee, seen);
    }
    return seen;
  };
  const rows = [...listing.matchAll(/\(export "(\w+)" \(func (\$[^\s)]+)\)\)/g)].map(([, kernel, name]) => {
    const positions = [...reached(name)].map((one) => names.indexOf(one)).sort((a, b) => a - b);
    return `  ${kernel}: [${positions.join(", ")}],`;
  });
  writeFileSync(
    join(modules, "kernel-functions.ts"),
    `// Written by tools/build-kernels.mjs from the sources in kernels/. Do not edit.
import type { KernelName } from "./kernel-table.js";

/** The positions of the functions that each kernel needs, itself among them, in the strict build. */
export const kernelFunctions: Readonly<Record<KernelName, readonly number[]>> = {
${rows.join("\n")}
};
`,
  );
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
