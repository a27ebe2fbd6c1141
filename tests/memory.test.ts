import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

/** What a process holds, in bytes. */
interface Look {
  readonly steps: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Of each WebAssembly memory. */
  readonly wasm: readonly number[];
}

describe("ten thousand steps of fit grow no memory", () => {
  let looks: readonly Look[];
  let first: Look;
  let last: Look;
  beforeAll(async () => {
    const script = fileURLToPath(new URL("ten-thousand-steps.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script]);
    looks = JSON.parse(stdout);
    [first, last] = [looks[0]!, looks.at(-1)!];
    expect(last.steps - first.steps).toBe(10_000);
  });

  it("the engine's: not a page", () => {
    for (const { wasm } of looks) expect(wasm).toEqual(first.wasm);
    expect(first.wasm).toHaveLength(1);
  });

  it("copies of data: not a byte", () => {
    expect(last.arrayBuffers).toBe(first.arrayBuffers);
  });

  it("the JavaScript heap: less than 40 bytes a step", () => {
    // What compilers learn on the way; an object kept for each step would be more.
    expect(last.heapUsed - first.heapUsed).toBeLessThan(400_000);
    expect(last.external - first.external).toBeLessThan(400_000);
  });

  it("the process: less than 8 MiB", () => {
    // Threads collect their garbage when they like. The data alone, kept by each fit, would be almost twice this.
    expect(last.rss - first.rss).toBeLessThan(8 * 2 ** 20);
  });
});
