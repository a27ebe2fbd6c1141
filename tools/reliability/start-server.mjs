// Starts `heddle serve` in a process of its own.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));

/**
 * Serves a model on a free port.
 *
 * @param {string} model what the command takes: `name=FOLDER`
 * @param {readonly string[]} options
 * @returns {Promise<{ url: string, port: number, stop: () => Promise<unknown> }>} once it is ready
 */
export function startServer(model, options = []) {
  const words = ["serve", model, "--port", "0", "--log-level", "warn", ...options];
  const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let text = "";
    child.on("close", (code) => reject(new Error(`the server ended with code ${code}`)));
    child.stdout.on("data", (more) => {
      text += more;
      const [, url] = /Ready at (\S+)/.exec(text) ?? [];
      const stop = () =>
        new Promise((done) => {
          child.on("close", done);
          child.kill();
        });
      if (url) resolve({ url, port: Number(new URL(url).port), stop });
    });
  });
}
