import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { fakeModel, startServer } from "./fake-model.testing.js";

const same = (image: readonly number[]) => image;
const infer = (id: string) =>
  JSON.stringify({ id, inputs: [{ name: "input0", shape: [1, 2], datatype: "UINT8", data: [1, 2] }] });

function post(url: string, path: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${url}${path}`, { method: "POST", headers, body });
}

describe("a server's metrics and log", () => {
  it("count requests by protocol, model, version and status, and have their ids", async () => {
    const { url, log } = await startServer([["m", "1", fakeModel(same)]]);
    const answers = [
      await post(url, "/v2/models/m/infer", infer("a"), { "x-request-id": "mine-1" }),
      await post(url, "/v2/models/m/infer", "{}", { "x-request-id": "not one\tof mine" }),
      await post(url, "/v1/models/m:predict", '{"instances":[[1,2]]}'),
      await post(url, "/predict?model=m", "no picture"),
      await post(url, "/v2/models/other/infer", infer("a")),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 400, 404]);
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    expect(ids[0]).toBe("mine-1");
    expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/);
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of text.trim().split("\n")) {
      const sample = /^\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+$/;
      expect(/^# (HELP|TYPE) \w+ /.test(line) || sample.test(line), line).toBe(true);
    }
    const requests = text.split("\n").filter((line) => line.startsWith("heddle_requests_total{"));
    expect(requests).toEqual([
      'heddle_requests_total{protocol="v2",model="m",version="1",status="200"} 1',
      'heddle_requests_total{protocol="v2",model="m",version="1",status="400"} 1',
      'heddle_requests_total{protocol="v1",model="m",version="1",status="200"} 1',
      'heddle_requests_total{protocol="predict",model="m",version="1",status="400"} 1',
      'heddle_requests_total{protocol="",model="",version="",status="404"} 1',
    ]);
    const buckets = [...text.matchAll(/heddle_request_duration_seconds_bucket\{protocol="v2".*\} (\d+)/g)];
    expect(buckets.at(-1)![1]).toBe("2");
    expect(text).toContain('heddle_queue_images{model="m",version="1"} 0');
    const lines = log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "answered");
    expect(lines.map(({ requestId, status }) => [requestId, status]).slice(0, 5)).toEqual(
      ids.map((id, at) => [id, answers[at]!.status]),
    );
    expect(lines[0]).toMatchObject({ method: "POST", protocol: "v2", model: "m", version: "1", images: 1 });
  });

  it("are described with every other address", async () => {
    const { url } = await startServer([["m", "1", fakeModel(same)]], {
      labels: [{ label: "l", version: "1", weight: 0 }],
    });
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      const own = path.replace("{model}", "m").replace("{version}", "1").replace("{label}", "l");
      const { status } = await ("get" in methods ? fetch(url + own) : post(url, own, ""));
      expect([path, status]).toEqual([path, "get" in methods ? 200 : 400]);
    }
    expect(Object.keys(paths)).toHaveLength(23);
  });
});

describe("an inference request", () => {
  /** Status, headers and body; a chunked request goes another way through the server than one that says its length. */
  async function answer(
    url: string,
    path: string,
    body: string,
    headers: Record<string, string>,
    chunked: boolean,
  ) {
    const response = await fetch(url + path, {
      ...{ method: "POST", headers: { ...headers, "x-request-id": "same" } },
      ...(chunked ? { body: new Blob([body]).stream(), duplex: "half" } : { body }),
    } as RequestInit);
    const { date: _, ...own } = Object.fromEntries(response.headers);
    return { status: response.status, headers: own, body: await response.text() };
  }

  it("is answered in the same way, whether it says its length or not", async () => {
    const token = "0123456789abcdef";
    const { url, log } = await startServer([["m", "1", fakeModel(same)]], { token, maxBodyBytes: 5000 });
    const allowed = { authorization: `Bearer ${token}` };
    const cases: readonly (readonly [number, string, string, Record<string, string>])[] = [
      [200, "/v2/models/m/infer", infer("a"), allowed],
      [
        200,
        "/v2/models/m/versions/1/infer",
        infer("a").replace("}]", '}],"parameters":{"binary_data_output":true}'),
        allowed,
      ],
      [400, "/v2/models/m/infer", "{", allowed],
      [401, "/v2/models/m/infer", infer("a"), {}],
      [403, "/v2/models/m/infer", infer("a"), { ...allowed, origin: "https://example.org" }],
      [404, "/v2/models/n/infer", infer("a"), allowed],
      [404, "/v2/models/m/versions/2/infer", infer("a"), allowed],
      [413, "/v2/models/m/infer", " ".repeat(6000), allowed],
      [415, "/v2/models/m/infer", infer("a"), { ...allowed, "content-encoding": "gzip" }],
    ];
    for (const [status, path, body, headers] of cases) {
      const [whole, chunked] = [
        await answer(url, path, body, headers, false),
        await answer(url, path, body, headers, true),
      ];
      expect(whole).toMatchObject({
        status,
        headers: { "x-request-id": "same", "x-content-type-options": "nosniff" },
      });
      // A body that turns out to be too long is refused while it arrives, in Fastify's words.
      if (status === 413) expect(chunked.status).toBe(413);
      else expect(chunked).toEqual(whole);
    }
    const lines = log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "answered");
    expect(lines.map(({ status }) => status)).toEqual(cases.flatMap(([status]) => [status, status]));
  });
});

describe("a server's guards", () => {
  it("ask for the token, except at the probes and the page", async () => {
    const token = "a-token-of-some-length";
    const { url } = await startServer([["m", "1", fakeModel(same)]], { token });
    const status = async (path: string, authorization?: string) =>
      (await fetch(url + path, authorization ? { headers: { authorization } } : {})).status;
    const open = ["/", "/v2/health/live", "/v2/health/ready?x=1"];
    expect(await Promise.all(open.map((path) => status(path)))).toEqual([200, 200, 200]);
    for (const path of ["/v2", "/metrics", "/openapi.json", "/nowhere"]) {
      expect([path, await status(path), await status(path, `Bearer ${token}x`)]).toEqual([path, 401, 401]);
    }
    expect(await status("/v2", `Bearer ${token}`)).toBe(200);
    expect((await fetch(`${url}/v2`)).headers.get("www-authenticate")).toBe("Bearer");
  });

  it("limit the rate of an address", async () => {
    const { url } = await startServer([["m", "1", fakeModel(same)]], { ratePerSecond: 0.01 });
    expect((await fetch(`${url}/v2`)).status).toBe(200);
    const second = await fetch(`${url}/v2`);
    expect([second.status, Number(second.headers.get("retry-after")) > 1]).toEqual([429, true]);
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
  });

  it("let pages of one other origin in, if any", async () => {
    const allowed = "https://example.org";
    const closed = await startServer([["m", "1", fakeModel(same)]]);
    const open = await startServer([["m", "1", fakeModel(same)]], { corsOrigin: allowed });
    const ask = async (url: string, origin: string, method = "GET") => {
      const response = await fetch(`${url}/v2`, { method, headers: { origin } });
      return [response.status, response.headers.get("access-control-allow-origin")];
    };
    expect(await ask(closed.url, allowed)).toEqual([403, null]);
    expect(await ask(closed.url, closed.url)).toEqual([200, null]);
    expect(await ask(open.url, allowed)).toEqual([200, allowed]);
    expect(await ask(open.url, "https://example.com")).toEqual([403, null]);
    expect(await ask(open.url, allowed, "OPTIONS")).toEqual([204, allowed]);
    expect(await ask(open.url, "https://example.com", "OPTIONS")).toEqual([403, null]);
  });
});

describe("a server", () => {
  it("answers nothing before it is ready, and says so", async () => {
    const { url, server } = await startServer([["m", "1", fakeModel(same)]], { isReady: false });
    const early = await post(url, "/v2/models/m/infer", infer("a"));
    expect([early.status, early.headers.get("retry-after")]).toEqual([503, "1"]);
    for (const path of ["/v2/health/ready", "/v2/models/m/ready"]) {
      expect((await fetch(url + path)).status).toBe(503);
    }
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
    server.ready();
    expect((await post(url, "/v2/models/m/infer", infer("a"))).status).toBe(200);
  });

  it("answers what it has received when it stops, and drops what nobody waits for any more", async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    let started = () => {};
    const isRunning = new Promise<void>((resolve) => {
      started = resolve;
    });
    const batches: number[] = [];
    const slow = fakeModel(same, {
      run: async (images, count) => {
        batches.push(count);
        started();
        await opened;
        return Float32Array.from(images);
      },
    });
    const { url, server, log } = await startServer([["m", "1", slow]], {}, { maxBatch: 1 });
    const running = post(url, "/v2/models/m/infer", infer("a"));
    await isRunning;
    // One that goes while it waits.
    const gone = new AbortController();
    const dropped = fetch(`${url}/v2/models/m/infer`, {
      method: "POST",
      body: infer("b"),
      signal: gone.signal,
    });
    const waiting = async () =>
      Number(/heddle_queue_images\{.*\} (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())![1]);
    while ((await waiting()) === 0);
    gone.abort();
    await expect(dropped).rejects.toThrow();
    while ((await waiting()) > 0);
    const stopped = server.close();
    open();
    expect((await running).status).toBe(200);
    await stopped;
    expect(batches).toEqual([1]);
    expect(log.some((line) => line.includes('"status":499'))).toBe(true);
    await expect(fetch(`${url}/v2`)).rejects.toThrow();
  });

  it("waits for a slow client no longer than it says", async () => {
    const { url } = await startServer([["m", "1", fakeModel(same)]], { requestTimeoutMs: 50 });
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
      socket.write("POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
      socket.on("data", (bytes) => {
        text += bytes;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});
