// Runs an exported module in workerd, Cloudflare's runtime, and prints whether it passes its own test there.
// usage: node module-in-workerd.mjs FOLDER (where miniflare is installed) MODULE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, file] = process.argv.slice(2);
const { Miniflare } = createRequire(join(resolve(folder), "package.json"))("miniflare");
const worker = `import { selfTest } from "./model.mjs";
export default { fetch: () => new Response(selfTest().passed ? "passed" : "failed") };`;
const miniflare = new Miniflare({
  compatibilityDate: "2026-04-01",
  modules: [
    { type: "ESModule", path: "main.mjs", contents: worker },
    { type: "ESModule", path: "model.mjs", contents: readFileSync(file, "utf8") },
  ],
});
try {
  const answer = await miniflare.dispatchFetch("http://localhost/");
  console.log(await answer.text());
} finally {
  await miniflare.dispose();
}
