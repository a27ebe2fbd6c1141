// The core in a real browser: the same weights as in Node, on shared memory and without it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const candidates = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
const chromium = candidates.find((path) => path && existsSync(path));

/** Trains a small CNN and answers with what came out; the same text runs in Node and in the page. */
const training = `
  const { Sequential, Input, Rescaling, Conv2D, MaxPooling2D, Dropout, Flatten, Dense, Adam, OneCycle } = heddle;
  const data = generateFashionSketch({ train: 330, test: 50, seed: 7 });
  const layers = [
    new Input([28, 28, 1]), new Rescaling(1 / 255), new Conv2D(8, 3, { activation: "relu" }),
    new Conv2D(16, 3, { activation: "relu" }), new MaxPooling2D(2), new Dropout(0.4), new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ];
  const model = new Sequential(layers, { seed: 1 });
  model.compile({ optimizer: new Adam({ learningRate: new OneCycle(3e-3) }) });
  const { epochs } = await model.fit(data.train, { epochs: 2, batchSize: 64, validationData: data.test });
  const { threads } = await model.engine();
  const { loss, valAccuracy } = epochs.at(-1);
  return { sha256: await model.weightsSha256(), loss, valAccuracy, threads };
`;

const page = `<!doctype html><title>heddle</title>
<script type="importmap">
  { "imports": { "#threads": "/dist/engine/threads-web.js", "#files": "/dist/base/files-web.js" } }
</script>
<script type="module">
  const report = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
  try {
    const heddle = await import("/dist/index.js");
    const { generateFashionSketch } = await import("/dist/data/index.js");
    const train = async () => {${training}};
    report({ isolated: crossOriginIsolated, ...(await train()) });
  } catch (error) {
    report({ error: String(error?.stack ?? error) });
  }
</script>`;

interface Outcome {
  readonly sha256: string;
  readonly loss: number;
  readonly valAccuracy: number;
  readonly threads: number;
  readonly isolated?: boolean;
  readonly error?: string;
}

/** Serves the page, opens it in Chromium, and waits for what it reports. */
async function trainInChromium(isolated: boolean): Promise<Outcome> {
  const profile = mkdtempSync(join(tmpdir(), "heddle-browser-"));
  let received: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
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
      response.setHeader("Content-Type", "text/html").end(page);
    } else {
      response.setHeader("Content-Type", url.endsWith(".wasm") ? "application/wasm" : "text/javascript");
      const file = await readFile(join(root, normalize(url))).catch(() => undefined);
      if (!file) response.statusCode = 404;
      response.end(file);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    chromium!,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...[`--user-data-dir=${profile}`, "--remote-debugging-port=0", `http://127.0.0.1:${port}/`],
    ],
    // A group of its own: its many processes end together.
    { stdio: "ignore", detached: true },
  );
  try {
    return await outcome;
  } finally {
    const gone = new Promise((resolve) => browser.once("exit", resolve));
    process.kill(-browser.pid!, "SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

describe.skipIf(!chromium)("in Chromium (needs it installed; CHROMIUM names it)", () => {
  it.each([true, false])(
    "the weights are those of Node to the last bit, cross-origin isolation: %s",
    async (isolated) => {
      const heddle = await import("../dist/index.js");
      const { generateFashionSketch } = await import("../dist/data/index.js");
      const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
      const train = new AsyncFunction("heddle", "generateFashionSketch", training);
      const inNode: Outcome = await train(heddle, generateFashionSketch);
      const { threads, ...result } = await trainInChromium(isolated);
      expect(result).toEqual({
        isolated,
        sha256: inNode.sha256,
        loss: inNode.loss,
        valAccuracy: inNode.valAccuracy,
      });
      // Memory cannot be shared without isolation: one thread then.
      if (!isolated) expect(threads).toBe(1);
    },
    120_000,
  );
});
