// Work in a page of headless Chromium, such as training the workload.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Longer than any machine takes. */
const TIMEOUT_MS = 120_000;

/** Where Chromium is; `undefined` without one. The environment variable CHROMIUM names another. */
export const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

/** @param {string} work statements of a module; what they return is the result */
const page = (work) => `<!doctype html><title>heddle</title>
<script type="importmap">
  { "imports": { "#threads": "/packages/core/dist/engine/threads-web.js", "#files": "/packages/core/dist/base/files-web.js" } }
</script>
<script type="module">
  const report = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
  try {
    report(await (async () => { ${work} })());
  } catch (error) {
    report({ error: String(error?.stack ?? error) });
  }
</script>`;

/**
 * Trains the workload in a page.
 *
 * @param {{ isolated: boolean, fast?: boolean, threads?: number }} options `isolated`: cross-origin, so that memory
 *   can be shared
 * @returns {Promise<Awaited<ReturnType<typeof import("./workload.mjs").train>> & { isolated: boolean }>}
 */
export function trainInChromium({ isolated, ...engine }) {
  const work = `const { train } = await import("/tools/reproducibility/workload.mjs");
    return { isolated: crossOriginIsolated, ...(await train(${JSON.stringify(engine)})) };`;
  return runInChromium(work, { isolated });
}

/**
 * Serves a page that works, opens it in Chromium, and waits for what it reports.
 *
 * @param {string} work statements of a module, with the repository at `/`; what they return, an object of JSON, is
 *   the result
 * @param {{ isolated: boolean }} options
 */
export async function runInChromium(work, { isolated }) {
  if (!chromium) throw new Error("no Chromium; the environment variable CHROMIUM names one");
  const { server, outcome } = serve(page(work), isolated);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const profile = mkdtempSync(join(tmpdir(), "heddle-browser-"));
  const browser = spawn(
    chromium,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...[`--user-data-dir=${profile}`, "--remote-debugging-port=0", `http://127.0.0.1:${port}/`],
    ],
    // A group of its own: its many processes end together.
    { stdio: "ignore", detached: true },
  );
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the page said nothing for ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    );
  });
  const died = gone.then((code) => {
    throw new Error(`Chromium ended with code ${code}`);
  });
  try {
    const { error, ...result } = await Promise.race([outcome, died, late]);
    if (error) throw new Error(error);
    return result;
  } finally {
    died.catch(() => {});
    clearTimeout(timer);
    if (browser.exitCode === null && browser.signalCode === null) process.kill(-browser.pid, "SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** A server of the repository's files and of one page, and what that page will report. */
function serve(html, isolated) {
  let received;
  const outcome = new Promise((resolve) => {
    received = resolve;
  });
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const url = request.url ?? "/";
    if (request.method === "POST") {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.end();
      received(JSON.parse(body));
    } else if (url === "/") {
      response.setHeader("Content-Type", "text/html").end(html);
    } else {
      response.setHeader("Content-Type", url.endsWith(".wasm") ? "application/wasm" : "text/javascript");
      const file = await readFile(join(root, normalize(url))).catch(() => undefined);
      if (!file) response.statusCode = 404;
      response.end(file);
    }
  });
  return { server, outcome };
}
