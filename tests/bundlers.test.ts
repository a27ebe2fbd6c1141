// @heddle/core as a user's web project has it, through each bundler at its defaults, in a real browser.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolation, openInChromium, serveFolder } from "../tools/reproducibility/in-chromium.mjs";
import { train } from "./bundlers/app/train.js";
import { type Bundler, bundlers, documented } from "./bundlers/bundlers.js";
import { createProject, type Project } from "./bundlers/project.js";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";

/** A policy that forbids workers from `blob:`. */
const strictPolicy = {
  "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src *",
};

const ONE_THREAD = /on one thread.*Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy/;

describe.skipIf(!hasChromium)(`a web project ${NEEDS_CHROMIUM}`, { timeout: 180_000 }, () => {
  let project: Project;
  let inNode: Awaited<ReturnType<typeof train>>;

  beforeAll(async () => {
    project = createProject();
    inNode = await train();
  });
  afterAll(() => project.remove());

  /** What the page reports after it has done one of the tasks of app/main.js. */
  async function open(
    bundler: Bundler,
    work: "train" | "worker" | "isolated" | "map",
    headers: Record<string, string> = {},
    { folder } = project,
  ) {
    const site = await bundler.serve(folder, headers);
    try {
      return await openInChromium(site.url, { work });
    } finally {
      await site.close();
    }
  }

  describe.each(Object.entries<Bundler>(bundlers))("with %s", (name, bundler) => {
    beforeAll(() => bundler.build?.(project.folder));

    it("trains to the weights of Node on many threads", async () => {
      const { sha256, isolated, warnings } = await open(bundler, "train", isolation);
      expect({ sha256, isolated, warnings }).toEqual({ sha256: inNode.sha256, isolated: true, warnings: [] });
    });

    it("trains to the weights of Node on one thread, and says once how to have more", async () => {
      const { sha256, isolated, threads, warnings } = await open(bundler, "train");
      expect({ sha256, isolated, threads }).toEqual({ sha256: inNode.sha256, isolated: false, threads: 1 });
      // The page trains two models.
      expect(warnings).toEqual([expect.stringMatching(ONE_THREAD)]);
    });

    // Vite's dev server and an import map have scripts in the page itself, which this policy forbids.
    it.runIf(bundler.build)("trains under a Content-Security-Policy without blob: by `worker`", async () => {
      const headers = { ...isolation, ...strictPolicy };
      expect(await open(bundler, "worker", headers)).toMatchObject({ sha256: inNode.sha256, isolated: true });
    });

    it.runIf(name === "esbuild")("says how to change a policy that forbids its workers", async () => {
      await expect(open(bundler, "train", strictPolicy)).rejects.toThrow(/must allow `worker-src blob:`/);
    });
  });

  it("trains on many threads from a static host by the service worker of docs/browser.md", async () => {
    writeFileSync(join(project.folder, "isolate.js"), documented("// isolate.js"));
    const index = `${documented('isolate.js")')}${documented('"importmap"')}`;
    const host: Bundler = { serve: (folder, headers) => serveFolder(folder, { headers, index }) };
    const { sha256, isolated } = await open(host, "isolated");
    expect({ sha256, isolated }).toEqual({ sha256: inNode.sha256, isolated: true });
  });

  describe("with umap-js", () => {
    let withUmap: Project;
    beforeAll(() => {
      withUmap = createProject(["umap-js"]);
    });
    afterAll(() => withUmap.remove());

    it.each(["Vite's dev server", "vite build", "esbuild"] as const)("maps images with %s", async (name) => {
      const bundler: Bundler = bundlers[name];
      await bundler.build?.(withUmap.folder);
      expect(await open(bundler, "map", {}, withUmap)).toMatchObject({ points: 80 });
    });
  });
});
