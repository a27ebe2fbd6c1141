// Clients of an HTTP server: each sends a request, waits for its answer, and sends the next over the same connection.
import { connect } from "node:net";

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} head
 * @property {Buffer} body
 */

/** One connection. It reads no more of HTTP than servers with a Content-Length send. */
export class Client {
  /** @param {number} port */
  constructor(port) {
    this.port = port;
    this.unread = Buffer.alloc(0);
    /** @type {((answer: Answer) => void) | undefined} */
    this.resolve = undefined;
  }

  /** @returns {Promise<void>} */
  open() {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.port, host: "127.0.0.1", noDelay: true }, resolve);
      socket.on("error", (thrown) => {
        reject(thrown);
        this.reject?.(thrown);
      });
      socket.on("close", () => this.reject?.(new Error("the connection was closed")));
      socket.on("data", (bytes) => this.read(bytes));
      this.socket = socket;
    });
  }

  /** @param {Buffer} request @returns {Promise<Answer>} */
  ask(request) {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.socket.write(request);
    });
  }

  /** @param {Buffer} bytes */
  read(bytes) {
    this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
    const end = this.unread.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.unread.toString("latin1", 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (this.unread.length < end + 4 + length) return;
    const body = this.unread.subarray(end + 4, end + 4 + length);
    this.unread = this.unread.subarray(end + 4 + length);
    this.resolve?.({ status: Number(head.slice(9, 12)), head, body });
  }

  close() {
    this.reject = undefined;
    this.socket.destroy();
  }
}

/**
 * A POST request.
 *
 * @param {string} path
 * @param {Uint8Array} body
 * @param {Readonly<Record<string, string | number>>} [headers]
 */
export function post(path, body, headers = {}) {
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": body.length });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body]);
}

/**
 * An inference request with its images as bytes after the JSON.
 *
 * @param {string} model
 * @param {Uint8Array} images `[N, 28, 28, 1]`
 */
export function binaryInfer(model, images) {
  const tensor = { name: "input", shape: [images.length / 784, 28, 28, 1], datatype: "UINT8" };
  const json = Buffer.from(
    JSON.stringify({
      inputs: [{ ...tensor, parameters: { binary_data_size: images.length } }],
      parameters: { binary_data_output: true },
    }),
  );
  const headers = { "inference-header-content-length": json.length };
  return post(`/v2/models/${model}/infer`, Buffer.concat([json, images]), headers);
}

/**
 * Keeps a server busy.
 *
 * @param {{ port: number, clients: number, seconds: number, requests: readonly Buffer[] }} options requests in turn
 * @returns {Promise<{ perSecond: number, milliseconds: number[] }>} throws when one is not answered by 200
 */
export async function load({ port, clients, seconds, requests }) {
  const milliseconds = [];
  const connections = Array.from({ length: clients }, () => new Client(port));
  await Promise.all(connections.map((client) => client.open()));
  const started = performance.now();
  const end = started + 1000 * seconds;
  await Promise.all(
    connections.map(async (client, number) => {
      for (let at = number; performance.now() < end; at += clients) {
        const asked = performance.now();
        const { status, body } = await client.ask(requests[at % requests.length]);
        if (status !== 200) throw new Error(`status ${status}: ${body}`);
        milliseconds.push(performance.now() - asked);
      }
      client.close();
    }),
  );
  return { perSecond: (1000 * milliseconds.length) / (performance.now() - started), milliseconds };
}
