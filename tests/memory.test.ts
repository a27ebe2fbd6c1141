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
  /** The bytes of each WebAssembly memory. */
  readonly wasm: readonly number[];
}

describe("ten thousand steps of fit", () => {
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

  it("do not grow the engine's memory by a single page", () => {
    for (const { wasm } of looks) expect(wasm).toEqual(first.wasm);
    expect(first.wasm).toHaveLength(1);
  });

  it("grow the copies of data by less than a byte a step", () => {
    // A thread's messages come and go between two looks; a copy of the data is 1.5 MB.
    expect(last.arrayBuffers - first.arrayBuffers).toBeLessThan(10_000);
  });

  it("grow the JavaScript heap by less than 40 bytes a step", () => {
    // Compilers add code and feedback; one object kept for each step would be more.
    expect(last.heapUsed - first.heapUsed).toBeLessThan(400_000);
    expect(last.external - first.external).toBeLessThan(400_000);
  });

  it("grow the process by less than 8 MiB", () => {
    // Threads collect their garbage at their own pace. The data alone, kept by each fit, would be almost twice this.
    expect(last.rss - first.rss).toBeLessThan(8 * 2 ** 20);
  });
});

describe("a long run of heddle train", () => {
  /** After epoch 50, when one-time caches are full, and after the last. */
  let early: Omit<Look, "steps" | "wasm">;
  let late: Omit<Look, "steps" | "wasm">;
  const [FIRST, LAST] = [50, 110];
  beforeAll(async () => {
    const script = fileURLToPath(new URL("../tools/reliability/epochs.mjs", import.meta.url));
    const program = `const { lookAtEpochs } = await import(${JSON.stringify(script)});
      console.log(JSON.stringify(await lookAtEpochs([${FIRST}, ${LAST}])));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
    [early, late] = JSON.parse(stdout);
  });

  it("grows the copies of data and weights by less than 64 KiB", () => {
    expect(late.arrayBuffers - early.arrayBuffers).toBeLessThan(64 * 1024);
  });

  it("grows the JavaScript heap by less than 8 KiB an epoch", () => {
    expect(late.heapUsed - early.heapUsed).toBeLessThan(8 * 1024 * (LAST - FIRST));
  });

  it("grows the process by less than 12 MiB", () => {
    // The images alone, kept by each epoch, would be almost twice this.
    expect(late.rss - early.rss).toBeLessThan(12 * 2 ** 20);
  });
});
