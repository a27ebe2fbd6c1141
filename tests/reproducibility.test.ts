import { describe, expect, it } from "vitest";
import { COMMAND, committedHash } from "../tools/reproducibility/page.mjs";
import { train } from "../tools/reproducibility/workload.mjs";
import { readJson, TINY, Workspace } from "./cli.js";

describe("training", () => {
  const work = new Workspace();

  async function weights(...options: string[]): Promise<string> {
    const { code, stdout, stderr } = await work.heddle([...TINY, "--json", "--quiet", ...options]);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout).metrics.weights.sha256;
  }

  it("gives the same weights to the last bit on 1, 2 and 4 threads, and when repeated", async () => {
    const one = await weights("--threads", "1");
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await weights("--threads", "2")).toBe(one);
    expect(await weights("--threads", "4")).toBe(one);
    expect(await weights()).toBe(one);
  });

  it("gives different weights with a different seed", async () => {
    const seeds = [await weights("--seed", "1"), await weights("--seed", "2")];
    expect(new Set(seeds).size).toBe(2);
  });

  it("gives the same weights on 1 and 4 threads with fused kernels", async () => {
    const fast = await weights("--fast", "--threads", "1");
    expect(await weights("--fast", "--threads", "4")).toBe(fast);
    expect(readJson(work.runs().at(-1)!, "metrics.json").engine).toMatchObject({
      variant: "fma",
      threads: 4,
    });
  });
});

describe.each(["strict", "fma"] as const)("the hash in docs/reproducibility.md, %s", (variant) => {
  it.each([1, 2, 3, 4, 8])("is that of a training on %i threads", async (threads) => {
    const { sha256 } = await train({ threads, fast: variant === "fma" });
    const hint = `the page has a different hash. If the change is intended, write the page again: ${COMMAND}`;
    expect(sha256, hint).toBe(committedHash(variant));
  });
});
