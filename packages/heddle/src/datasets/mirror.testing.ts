import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

interface Mirror {
  /** `http://127.0.0.1:port/`. */
  readonly url: string;
  /** Each request as `path` or `path from N`. */
  readonly requests: readonly string[];
  /** Closes all connections; what the other side has not read may be lost. */
  breakConnections(): void;
}

type Answer = (response: ServerResponse, start: number, request: IncomingMessage) => void;

/**
 * Starts a local server that gives the nth answer to the nth request, and repeats the last one. It closes when the test
 * ends.
 */
export async function startMirror(...answers: Answer[]): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(start > 0 ? `${request.url} from ${start}` : request.url!);
    answer(response, start, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, requests, breakConnections: () => server.closeAllConnections() };
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Sends the file, or the requested range. */
export function sends(file: Uint8Array): Answer {
  return (response, start) => {
    head(response, file, start);
    response.end(file.subarray(start));
  };
}

/** Sends the file after a moment in which others may ask for it. */
export function stallsThenSends(file: Uint8Array): Answer {
  return (response, start, request) => setTimeout(() => sends(file)(response, start, request), 100);
}

/** Sends `bytes` of the file or of the requested range, then falls silent but keeps the connection open. */
export function stallsAfter(file: Uint8Array, bytes: number): Answer {
  return (response, start) => {
    head(response, file, start);
    response.write(file.subarray(start, start + bytes));
  };
}

/** Accepts the request and never responds. */
export const silent: Answer = () => {};

/** Responds with a status and no file. */
export function status(code: number): Answer {
  return (response) => response.writeHead(code).end("no");
}

function head(response: ServerResponse, file: Uint8Array, start: number): void {
  const length = { "content-length": file.length - start };
  if (start === 0) response.writeHead(200, length);
  else
    response.writeHead(206, {
      ...length,
      "content-range": `bytes ${start}-${file.length - 1}/${file.length}`,
    });
}
