// Other versions of Node, from the registry's package `node`.
// usage: node tools/node-versions.mjs VERSION…     installs them and prints their paths
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where they are kept, a folder a version. */
export const nodesFolder = join(tmpdir(), "heddle-nodes");

/** The binary of a version, whether or not it is installed. */
export function nodeAt(version, folder = nodesFolder) {
  return join(folder, version, "node_modules", "node", "bin", "node");
}

/**
 * Installs a version of Node, unless it is there already.
 *
 * @param {string} version such as `24` or `24.21.0`
 * @param {string} [folder] where versions are kept
 * @returns {string} the path of its binary
 * @throws {Error} where the registry does not give it, or it does not run
 */
export function installNode(version, folder = nodesFolder) {
  const own = join(folder, version);
  const binary = nodeAt(version, folder);
  if (!existsSync(binary)) {
    mkdirSync(own, { recursive: true });
    const words = ["install", "--prefix", own, "--no-save", "--no-audit", "--no-fund", `node@${version}`];
    execFileSync("npm", words, { stdio: ["ignore", "ignore", "pipe"] });
  }
  execFileSync(binary, ["--version"]);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const version of process.argv.slice(2)) console.log(installNode(version));
}
