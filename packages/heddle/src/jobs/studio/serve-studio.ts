import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { datasetBytes } from "./dataset-bytes.js";
import type { GivenData, GivenRun } from "./given.js";
import { newToken, refusalOf } from "./guard.js";
import { KeptRuns } from "./kept-runs.js";
import { pageFiles } from "./page-files.js";

/** What is given to the page. */
export interface StudioOptions {
  /** The first is opened. */
  readonly datasets: readonly GivenData[];
  /** The run that is shown; undefined to begin without a model. */
  readonly run?: GivenRun | undefined;
  /** The folder of all runs, where the page keeps its own. */
  readonly runsFolder: string;
  /** The port; a free one if it is taken. */
  readonly port: number;
}

/** A studio that is being served. */
export interface ServedStudio {
  /** Of the page, with the secret. */
  readonly url: string;
  close(): Promise<void>;
}

const BYTES = "application/octet-stream";

/** What lets the page share memory between threads, and nothing else reach it. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Document-Isolation-Policy": "isolate-and-require-corp",
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/**
 * Serves the studio to this machine alone.
 *
 * @throws HeddleError when the page has not been built
 */
export async function serveStudio(options: StudioOptions): Promise<ServedStudio> {
  const { datasets, run, port: wanted } = options;
  const files = await pageFiles();
  const kept = new KeptRuns(options.runsFolder);
  const token = newToken();
  let port = 0;
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = refusalOf(request, { token, port });
    if (refusal) return end(response, refusal.status, refusal.text);
    // As it was sent: a path that leads out of the page's folder is no file of the page.
    const [path = ""] = (request.url ?? "").slice(1 + token.length).split(/[?#]/);
    if (path === "") {
      response.setHeader("Location", `/${token}/`);
      return end(response, 308, "");
    }
    const [, ofRuns] = /^\/api\/runs\/(.*)$/.exec(path) ?? [];
    const [, held] = /^(\w[\w.-]*)\/lock$/.exec(ofRuns ?? "") ?? [];
    const answered =
      held !== undefined
        ? kept.hold(held, response)
        : ofRuns === undefined
          ? answer(response, path.slice(1) || "index.html")
          : kept.answer(request, ofRuns).then(({ status, body }) => end(response, status, body, BYTES));
    void answered.catch((thrown: unknown) =>
      end(response, thrown instanceof HeddleError ? 422 : 500, messageOf(thrown)),
    );
  });

  async function answer(response: ServerResponse, path: string): Promise<void> {
    const file = files.get(path);
    if (file) return end(response, 200, file.bytes, file.type);
    if (path === "api/state.json") {
      const state = {
        datasets: datasets.map(({ id, title }) => ({ id, title })),
        ...(run && { run: { id: run.id, epochs: run.epochs } }),
      };
      return end(response, 200, JSON.stringify(state), "application/json");
    }
    if (run && path === "api/run/config.json") return end(response, 200, run.config, "application/json");
    if (run && path === "api/run/weights.safetensors") {
      return end(response, 200, run.weights, "application/octet-stream");
    }
    const id = /^api\/data\/([\w.-]+)$/.exec(path)?.[1];
    const given = datasets.find((one) => one.id === id);
    if (!given) return end(response, 404, "There is nothing of that name.\n");
    const parts = datasetBytes(await given.load());
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader(
      "Content-Length",
      parts.reduce((sum, part) => sum + part.byteLength, 0),
    );
    for (const part of parts) response.write(part);
    response.end();
  }

  port = await listen(server, wanted);
  // What the page asks for first is read while the browser starts; a fault is told to the page.
  datasets[0]?.load().catch(() => {});
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function end(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  type = "text/plain; charset=utf-8",
): void {
  response.statusCode = status;
  response.setHeader("Content-Type", type);
  response.end(body);
}

/** Listens on this machine's own address, on a free port if the wanted one is taken. */
async function listen(server: ReturnType<typeof createServer>, wanted: number): Promise<number> {
  const on = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  try {
    return await on(wanted);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EADDRINUSE") throw thrown;
    return on(0);
  }
}
