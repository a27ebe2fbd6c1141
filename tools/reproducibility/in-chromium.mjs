// Runs code in a page of headless Chromium, such as training the workload.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Longer than any machine takes. */
const TIMEOUT_MS = 120_000;

/** The path of Chromium; `undefined` if there is none. The environment variable CHROMIUM overrides it. */
export const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

/** What lets a page share memory between threads. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** @param {string} work statements of a module; what they return is the result */
const page = (work) => `<!doctype html><title>heddle</title>
<script type="importmap">
  { "imports": { "#threads": "/packages/core/dist/engine/threads-web.js", "#files": "/packages/core/dist/base/files-web.js" } }
</script>
<script type="module">
  const report = (value) =>
    fetch(new URLSearchParams(location.search).get("report"), { method: "POST", body: JSON.stringify(value) });
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
 * Serves a page that runs code, opens it in Chromium, and waits for what it reports.
 *
 * @param {string} work statements of a module, with the repository at `/`; what they return, an object of JSON, is
 *   the result
 * @param {{ isolated: boolean }} options
 */
export async function runInChromium(work, { isolated }) {
  const site = await serveFolder(root, { headers: isolated ? isolation : {}, index: page(work) });
  try {
    return await openInChromium(site.url);
  } finally {
    site.close();
  }
}

/**
 * Opens a page in Chromium and waits until it posts JSON to the URL in its query's `report`.
 *
 * @param {string} url
 * @param {Readonly<Record<string, string>>} [query] for the page, in addition to `report`
 * @returns {Promise<any>} what was posted
 * @throws Error with the posted `error`, if there is one
 */
export async function openInChromium(url, query = {}) {
  if (!chromium) throw new Error("no Chromium: set the environment variable CHROMIUM to its path");
  const collector = await collect();
  const profile = mkdtempSync(join(tmpdir(), "heddle-browser-"));
  const address = `${url}?${new URLSearchParams({ ...query, report: collector.url })}`;
  const browser = spawn(
    chromium,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...[`--user-data-dir=${profile}`, "--remote-debugging-port=0", address],
    ],
    // A group of its own: its many processes end together.
    { stdio: "ignore", detached: true },
  );
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the page reported nothing for ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    );
  });
  const died = gone.then((code) => {
    throw new Error(`Chromium ended with code ${code}`);
  });
  try {
    const { error, ...result } = await Promise.race([collector.outcome, died, late]);
    if (error) throw new Error(error);
    return result;
  } finally {
    died.catch(() => {});
    clearTimeout(timer);
    if (browser.exitCode === null && browser.signalCode === null) process.kill(-browser.pid, "SIGKILL");
    await gone;
    collector.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** A server that receives the first JSON posted to it, from any origin. */
async function collect() {
  let received;
  const outcome = new Promise((resolve) => {
    received = resolve;
  });
  const server = await listen(async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end();
    if (request.method === "POST") received(JSON.parse(body));
  });
  return { ...server, outcome };
}

const types = { ".html": "text/html", ".wasm": "application/wasm" };

/**
 * Serves a folder's files.
 *
 * @param {string} folder
 * @param {{ headers?: Readonly<Record<string, string>>, index?: string }} [options] `headers` of every response;
 *   `index`: the page at `/`, instead of index.html
 */
export function serveFolder(folder, { headers = {}, index } = {}) {
  return listen(async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : normalize(pathname);
    response.setHeader("Content-Type", types[extname(path)] ?? "text/javascript");
    if (pathname === "/" && index) {
      response.end(index);
      return;
    }
    const file = await readFile(join(folder, path)).catch(() => undefined);
    if (!file) response.statusCode = 404;
    response.end(file);
  });
}

/** @param {import("node:http").RequestListener} listener */
async function listen(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}
