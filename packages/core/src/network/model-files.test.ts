import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dense } from "../layers/index.js";
import { loadModel } from "../model/load.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "./input.js";
import type { ModelSource } from "./model-files.js";

const model = new Sequential([new Input([3]), new Dense(2)], { classes: ["bag", "boot"], seed: 4 });
const files = model.toFiles();
let folder: string;
let server: Server;
let site: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-files-"));
  await model.save(join(folder, "bags"));
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url!, "http://localhost");
    const name = /^\/a b\/bags\/(.*)$/.exec(decodeURIComponent(pathname))?.[1] as keyof typeof files;
    if (search !== "?key=1" || !files[name]) response.statusCode = 404;
    response.end(files[name]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const text = () => new TextDecoder().decode(files["config.json"]);
const file = (name: keyof typeof files) => new File([files[name] as Uint8Array<ArrayBuffer>], name);

describe("loadModel", () => {
  it.each<[string, () => ModelSource]>([
    ["a folder's path", () => join(folder, "bags")],
    ["a file: URL", () => pathToFileURL(join(folder, "bags"))],
    ["a file: URL as text", () => pathToFileURL(join(folder, "bags/")).href],
    ["an address with a query", () => `${site}/a%20b/bags/?key=1`],
    ["a URL", () => new URL("/a b/bags?key=1", site)],
    ["what toFiles returned", () => files],
    ["files that a user chose", () => [file("weights.safetensors"), file("config.json")]],
    ["configuration and weights as bytes", () => parts(files["config.json"])],
    ["a configuration as text", () => parts(text())],
    ["a configuration as parsed JSON", () => parts(JSON.parse(text()))],
    [
      "weights as an ArrayBuffer",
      () => ({ config: text(), weights: Uint8Array.from(files["weights.safetensors"]).buffer }),
    ],
  ])("loads %s", async (_, source) => {
    const loaded = await loadModel(source());
    expect(await loaded.weightsSha256()).toBe(await model.weightsSha256());
    expect(loaded.classes).toEqual(["bag", "boot"]);
  });

  const parts = (config: Uint8Array | string | object) => ({
    config,
    weights: files["weights.safetensors"],
  });

  it.each<[string, () => unknown, string]>([
    [
      "an address without a model",
      () => `${site}/gone`,
      "/gone/config.json: expected a file of a saved model, received HTTP 404.",
    ],
    [
      "a server that does not answer",
      () => "http://127.0.0.1:1/x",
      "http://127.0.0.1:1/x/config.json: expected a file of",
    ],
    [
      "one file of two",
      () => [file("config.json")],
      "expected a file named weights.safetensors, received config.json.",
    ],
    ["no files", () => [], "expected a file named config.json, received no files."],
    [
      "a number",
      () => 7,
      "loadModel: expected a folder's path or URL, files, or { config, weights }, received 7.",
    ],
    ["another object", () => ({ weights: 1 }), "received an object with weights."],
    [
      "weights that are not bytes",
      () => ({ config: text(), weights: [1] }),
      "expected the bytes of weights.safetensors as a Uint8Array",
    ],
    [
      "a configuration that is not text",
      () => ({ ...files, "config.json": Uint8Array.of(0xff) }),
      "config.json: expected UTF-8 text",
    ],
    [
      "damaged weights",
      () => ({ ...files, "weights.safetensors": Uint8Array.of(1) }),
      "weights.safetensors: expected",
    ],
  ])("refuses %s", async (_, source, message) => {
    await expect(loadModel(source() as ModelSource)).rejects.toThrow(message);
  });
});
