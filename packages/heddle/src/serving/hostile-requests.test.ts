import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { fakeModel, startServer } from "./fake-model.testing.js";

/** The checksum of a PNG's chunk. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const same = fakeModel((image) => image);
const overflowing = fakeModel(() => [Number.NaN, 1]);
const { url, log } = await startServer(
  [
    ["m", "1", same],
    ["nan", "1", overflowing],
  ],
  { maxPixels: 100 },
);

const input = (more: object) => ({
  inputs: [{ name: "input0", shape: [1, 2], datatype: "FP32", data: [1, 2], ...more }],
});

async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body: body as BodyInit });
  const answer = (await response.json()) as { error: string };
  return { status: response.status, ...answer };
}

describe("a request that is wrong", () => {
  it.each<[status: number, error: string, body: unknown]>([
    [400, "expected a body in JSON", '{"inputs": [NaN]}'],
    [400, "expected a body in JSON", '{"inputs": [Infinity]}'],
    [400, "expected a body in JSON", ""],
    [400, "expected a body in JSON", "[".repeat(50_000)],
    [400, "bytes that are not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)],
    [400, "expected a JSON object, received an array", "[]"],
    [400, "expected a JSON object, received null", "null"],
    [400, 'inputs: expected an array of one tensor named "input0", received nothing', {}],
    [400, "received an array of 2", { inputs: [{}, {}] }],
    [400, 'received one named "x"', { inputs: [{ name: "x" }] }],
    [400, "shape: expected an array of whole numbers", input({ shape: [1, 2.5] })],
    [400, "expected the shape [images, 2], with at least one image, received [2]", input({ shape: [2] })],
    [400, "with at least one image, received [0, 2]", input({ shape: [0, 2], data: [] })],
    [400, "received a request that is too short", input({ shape: [2 ** 40, 2] })],
    [400, "expected an array of 2 for the shape [1, 2], received one of 3", input({ data: [1, 2, 3] })],
    [400, "received one of 1", input({ data: [[1]] })],
    [400, 'expected numbers, received "1" at 0', input({ data: ["1", 2] })],
    [400, "expected numbers, received null at 1", input({ data: [1, null] })],
    [400, "expected numbers, received an array at 1", input({ data: [1, [2]] })],
    [
      400,
      "received Infinity at 0",
      '{"inputs":[{"name":"input0","shape":[1,2],"datatype":"FP32","data":[1e999,0]}]}',
    ],
    [400, "expected finite numbers that 32-bit floats hold, received 1e+39 at 0", input({ data: [1e39, 0] })],
    [400, "whole numbers from 0 to 255, received 256", input({ datatype: "UINT8", data: [256, 0] })],
    [400, "whole numbers from 0 to 255, received 0.5", input({ datatype: "UINT8", data: [0.5, 0] })],
    [400, "received 16777217 at 0", input({ datatype: "INT32", data: [16777217, 0] })],
    [400, "expected true or false, received 1", input({ datatype: "BOOL", data: [1, 0] })],
    [400, "expected binary data for FP16", input({ datatype: "FP16" })],
    [400, "received BYTES. For a picture file use POST /predict.", input({ datatype: "BYTES" })],
    [400, "received __proto__", input({ datatype: "__proto__" })],
    [400, "expected a string", { id: 7, ...input({}) }],
    [400, "received sequence_id", { parameters: { sequence_id: 1 }, ...input({}) }],
    [400, "expected data or binary_data_size, received both", input({ parameters: { binary_data_size: 8 } })],
    [400, 'one tensor named "output0"', { ...input({}), outputs: [{ name: "y" }] }],
    [
      400,
      "classification 0",
      { ...input({}), outputs: [{ name: "output0", parameters: { classification: 0 } }] },
    ],
    [413, "expected at most 32 images, received 33", input({ shape: [33, 2], data: new Array(66).fill(0) })],
    [413, "body is too large", " ".repeat(100_001)],
  ])("is answered by %i, and says: %s", async (status, error, body) => {
    const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await post("/v2/models/m/infer", text);
    expect(answer.error).toMatch(status === 413 && typeof body === "string" ? /at most 100000 bytes/ : /./);
    if (status !== 413 || typeof body !== "string") expect(answer.error).toContain(error);
    expect(answer.status).toBe(status);
  });

  it.each([
    ["0", 400],
    ["9999999", 400],
    ["-1", 400],
    ["1e1", 400],
    ["5", 400],
  ])("is refused for a JSON of %s bytes", async (length, status) => {
    const headers = { "inference-header-content-length": length };
    expect((await post("/v2/models/m/infer", JSON.stringify(input({})), headers)).status).toBe(status);
  });

  it.each<[error: string, body: unknown]>([
    ["expected instances or inputs, received neither", {}],
    ["received both", { instances: [[1, 2]], inputs: [[1, 2]] }],
    ['signature_name: expected "serving_default"', { signature_name: "x", instances: [[1, 2]] }],
    ["instances: expected an array with an image in each place", { instances: 1 }],
    ["use POST /predict", { instances: [{ b64: "AAAA" }] }],
    ['the model\'s only input, "input0", received "x"', { instances: [{ x: [1, 2] }] }],
    ["received one of 1", { instances: [[1, 2], [3]] }],
    ["received [2, 1]", { instances: [[1], [3, 4]] }],
  ])("of TensorFlow Serving is answered by 400: %s", async (error, body) => {
    const answer = await post("/v1/models/m:predict", JSON.stringify(body));
    expect([answer.status, answer.error]).toEqual([400, expect.stringContaining(error)]);
  });

  it("gets the status of what is wrong", async () => {
    const body = JSON.stringify(input({}));
    const statuses = await Promise.all([
      post("/v2/models/x/infer", body),
      post("/v2/models/m/versions/2/infer", body),
      post("/v1/models/m:regress", body),
      post("/v1/models/m/labels/x:predict", body),
      post("/v1/models/%00:predict", body),
      post("/nowhere", body),
      post("/v2/models/m/infer", body, { "content-encoding": "gzip" }),
      post("/v2/models/nan/infer", body),
      post("/predict", body),
      post("/predict?model=m", ""),
      post("/predict?model=m", "not a picture"),
      post("/predict?model=m&model=m", "x"),
      post("/predict?model=m", "--x", { "content-type": "multipart/form-data; boundary=y" }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([
      ...[404, 404, 404, 404, 404, 404, 415, 422, 400, 400, 400, 400, 400],
    ]);
    for (const { error } of statuses) expect(error).toMatch(/: expected .+, received .+\. [A-Z]/s);
  });

  it("may be a picture that is larger than it looks", async () => {
    // Each side of a PNG is in its head; nothing of 3.6 gigapixels is unpacked.
    const { default: sharp } = await import("sharp");
    const create = { width: 11, height: 11, channels: 3, background: "red" } as const;
    const bytes = await sharp({ create }).png().toBuffer();
    const large = await post("/predict?model=m", bytes);
    expect(large).toEqual({
      status: 413,
      error: "picture: expected a picture of at most 100 pixels, received 11×11. Send it smaller.",
    });
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    expect((await post("/predict?model=m", bytes)).status).toBe(400);
  });

  it("may be cut short or be no HTTP at all, and the server goes on", async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const { port } = new URL(url);
        let answer = "";
        const socket = connect({ port: Number(port), host: "127.0.0.1" }, () => socket.end(text));
        socket.on("data", (bytes) => {
          answer += bytes;
        });
        socket.on("close", () => resolve(answer)).on("error", reject);
      });
    const path = "/v2/models/m/infer HTTP/1.1\r\nhost: x\r\n";
    expect(await raw("\0\0\0\0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(`POST ${path}content-length: -1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(`POST ${path}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`)).toMatch(/ 400 /);
    expect(await raw(`GET /${"x".repeat(70_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/ 431 /);
    // Half closed, in the middle of the body: nobody is there to be answered.
    await raw(`POST ${path}content-length: 100\r\n\r\n{`);
    const body = JSON.stringify(input({}));
    // Half closed after the whole request: it is answered.
    const whole = `POST ${path}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
    expect(await raw(whole)).toMatch(/^HTTP\/1\.1 200/);
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
    // None of all that is a fault of the server's own.
    expect(log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});
