// Bundles what must run from a text, with all that it imports, and writes each as a module that exports the text: the
// worker, which survives every bundler so, and what standalone modules and pages run.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const source = fileURLToPath(new URL("../packages/core/src", import.meta.url));
const texts = [
  { input: "engine/worker-web.ts", output: "engine/worker-source.ts", constant: "workerSource" },
  // Its exports become the fields of a variable `runtime`.
  {
    input: "standalone/runtime/index.ts",
    output: "standalone/runtime-source.ts",
    constant: "runtimeSource",
    name: "runtime",
  },
  {
    input: "standalone/runtime/with-kernels.ts",
    output: "standalone/kernel-runtime-source.ts",
    constant: "kernelRuntimeSource",
    name: "runtime",
  },
  {
    input: "standalone/page/index.ts",
    output: "standalone/page-source.ts",
    constant: "pageSource",
    name: "page",
  },
  { input: "standalone/page/unpack.ts", output: "standalone/unpack-source.ts", constant: "unpackSource" },
];

for (const { input, output, constant, name } of texts) {
  const bundle = await rolldown({
    input: join(source, input),
    platform: "browser",
    resolve: { extensionAlias: { ".js": [".ts"] } },
    treeshake: { moduleSideEffects: (id) => id === join(source, input) },
  });
  const { output: chunks } = await bundle.generate({ format: "iife", name, minify: true });
  await bundle.close();
  const [{ code }] = chunks;
  const module = `// Written by tools/bundle-sources.mjs: ${input} with its imports as one script. Do not edit.
export const ${constant}: string =
  ${JSON.stringify(code.trim())};
`;
  const target = join(source, output);
  // A file that has not changed is not written, so that tsc need not compile it again.
  if (!existsSync(target) || readFileSync(target, "utf8") !== module) writeFileSync(target, module);
  console.log(`${constant}: ${code.length} bytes`);
}
