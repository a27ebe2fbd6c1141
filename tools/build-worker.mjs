// Bundles packages/core/src/engine/worker-web.ts with what it imports into one text, and writes it as a module,
// worker-source.ts, next to it. A worker that starts from this text survives every bundler.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const engine = fileURLToPath(new URL("../packages/core/src/engine", import.meta.url));
const target = join(engine, "worker-source.ts");

const bundle = await rolldown({
  input: join(engine, "worker-web.ts"),
  platform: "browser",
  resolve: { extensionAlias: { ".js": [".ts"] } },
  treeshake: { moduleSideEffects: (id) => id.endsWith("worker-web.ts") },
});
const { output } = await bundle.generate({ format: "iife", minify: true });
await bundle.close();
const [{ code }] = output;
const module = `// Written by tools/build-worker.mjs: worker-web.ts with its imports as one script. Do not edit.
export const workerSource: string =
  ${JSON.stringify(code.trim())};
`;
// A file that has not changed is not written, so that tsc need not compile it again.
if (!existsSync(target) || readFileSync(target, "utf8") !== module) writeFileSync(target, module);
console.log(`worker: ${code.length} bytes`);
