import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Engine } from "./engine.js";
import { kernelTable } from "./kernel-table.js";
import { compileKernels } from "./kernels.js";

const file = (variant: string) => readFile(new URL(`../kernels/${variant}.wasm`, import.meta.url));

describe("kernels", () => {
  it("compile for shared and for plain memory from one build", async () => {
    for (const shared of [true, false]) {
      const { module } = await compileKernels("strict", shared);
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768, shared });
      const instance = await WebAssembly.instantiate(module, { env: { memory } });
      expect(Object.keys(instance.exports)).toEqual(expect.arrayContaining(Object.keys(kernelTable)));
      const other = new WebAssembly.Memory({ initial: 1, maximum: 32768, shared: !shared });
      await expect(WebAssembly.instantiate(module, { env: { memory: other } })).rejects.toThrow(/memory/);
    }
  });

  it("may be bytes, a response, or a function that returns either", async () => {
    const bytes = new Uint8Array(await file("strict"));
    const copy = bytes.slice();
    for (const kernels of [bytes, bytes.buffer, new Response(bytes), async () => bytes]) {
      const engine = await Engine.create({ threads: 1, kernels });
      expect(engine.variant).toBe("strict");
      engine.close();
    }
    expect(bytes).toEqual(copy);
  });

  it("are requested from a function by the variant's name", async () => {
    const requested: string[] = [];
    const kernels = async (variant: string) => {
      requested.push(variant);
      return new Uint8Array(await file(variant));
    };
    for (const fast of [false, true]) (await Engine.create({ threads: 1, fast, kernels })).close();
    expect(requested).toEqual(["strict", "fma"]);
  });

  it("are refused if they are not kernels of this version", async () => {
    await expect(Engine.create({ kernels: new TextEncoder().encode("<!doctype html>") })).rejects.toThrow(
      "Engine: expected `kernels` to be strict.wasm of this version of @heddle/core, received 15 bytes of " +
        "something else. Use @heddle/core/kernels/strict.wasm, or omit `kernels`.",
    );
  });

  it("are refused if their URL returns an error", async () => {
    const kernels = new Response("", { status: 404 });
    await expect(Engine.create({ kernels })).rejects.toThrow(/to fetch the kernels.*received HTTP 404/);
  });
});
