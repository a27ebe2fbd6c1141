// `heddle studio` for tools that look at its page.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const HEDDLE = fileURLToPath(new URL("../packages/heddle/bin/heddle.js", import.meta.url));

/**
 * Starts `heddle studio` on a free port, without a browser.
 *
 * @param {readonly string[]} words further words of the command
 * @param {import("node:child_process").SpawnOptions} options of its process
 * @returns its process, and the address that it prints, which holds its secret
 */
export async function startStudio(words = [], options = {}) {
  const args = [HEDDLE, "studio", ...words, "--no-open", "--port", "0"];
  const server = spawn(process.execPath, args, options);
  let printed = "";
  for await (const text of server.stdout) {
    printed += text;
    const url = /http:\S+/.exec(printed)?.[0];
    if (url) return { server, url };
  }
  throw new Error(`heddle studio printed ${printed}`);
}
