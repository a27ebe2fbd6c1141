// Other programs' packages, which are installed into a folder of their own: none of them is a dependency of Heddle.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The versions that Heddle is compared with. */
export const VERSIONS = {
  "@tensorflow/tfjs": "4.22.0",
  "onnxruntime-node": "1.30.0",
  "onnxruntime-web": "1.30.0",
};

/** Where packages are installed by default. */
export const RUNTIMES = join(tmpdir(), "heddle-runtimes");

/**
 * A package of a folder, which is installed there if it is missing.
 *
 * @param {keyof typeof VERSIONS} name @param {string} folder
 */
export async function runtime(name, folder) {
  if (!existsSync(join(folder, "node_modules", name))) {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, "package.json"))) {
      writeFileSync(join(folder, "package.json"), '{ "private": true }');
    }
    execFileSync("npm", ["install", "--no-audit", "--no-fund", `${name}@${VERSIONS[name]}`], {
      cwd: folder,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const loaded = await import(pathToFileURL(createRequire(join(folder, "package.json")).resolve(name)).href);
  return loaded.default ?? loaded;
}
