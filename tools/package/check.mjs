// What publint and Are the types wrong? say of the packed packages: nothing, or this fails. Both are run from the
// registry and not installed with the repository, because the second brings a TypeScript of its own.
// usage: npm run check:packages
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll } from "./pack.mjs";

const tools = ["publint@0.3.25", "@arethetypeswrong/cli@0.18.5"];
const folder = mkdtempSync(join(tmpdir(), "heddle-packages-"));
try {
  const install = ["install", "--prefix", folder, "--no-audit", "--no-fund", ...tools];
  execFileSync("npm", install, { stdio: ["ignore", "ignore", "inherit"] });
  const tool = (name, ...words) =>
    execFileSync(join(folder, "node_modules", ".bin", name), words, { stdio: "inherit" });
  for (const { tarball } of packAll(folder)) {
    tool("publint", "--strict", tarball);
    // Only ECMAScript modules: what CommonJS and TypeScript's oldest resolution make of them does not count.
    tool("attw", "--profile", "esm-only", tarball);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
