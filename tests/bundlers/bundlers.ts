// Each bundler at its defaults, as docs/browser.md shows it.
import { join } from "node:path";
import * as esbuild from "esbuild";
import * as vite from "vite";
import webpack from "webpack";
import { serveFolder } from "../../tools/reproducibility/in-chromium.mjs";
import { codeBlocks } from "../documents.js";

/** A page that is served until it is closed. */
export interface Site {
  readonly url: string;
  close(): unknown;
}

export interface Bundler {
  /** Bundles the project in a folder. */
  build?(folder: string): Promise<unknown>;
  /** Serves what was built, or the project itself. */
  serve(folder: string, headers: Readonly<Record<string, string>>): Promise<Site>;
}

const quiet = { configFile: false, logLevel: "error" } as const;

const scriptPage = `<!doctype html><title>heddle</title><script type="module" src="/main.js"></script>`;

const viteDev: Bundler = {
  serve: async (root, headers) => {
    const server = await vite.createServer({
      ...quiet,
      root,
      server: { headers, host: "127.0.0.1", port: 0 },
    });
    await server.listen();
    return { url: server.resolvedUrls!.local[0]!, close: () => server.close() };
  },
};

const viteBuild: Bundler = {
  build: (root) => vite.build({ ...quiet, root }),
  serve: (folder, headers) => serveFolder(join(folder, "dist"), { headers }),
};

const webpackBuild: Bundler = {
  build: (folder) =>
    new Promise<void>((resolve, reject) => {
      // The default, seen from the project's folder.
      const output = { path: join(folder, "webpack") };
      webpack({ context: folder, entry: "./main.js", output, mode: "production" }, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats!.toString()));
        else resolve();
      });
    }),
  serve: (folder, headers) => serveFolder(join(folder, "webpack"), { headers, index: scriptPage }),
};

const esbuildBuild: Bundler = {
  build: (folder) =>
    esbuild.build({
      entryPoints: [join(folder, "main.js"), join(folder, "worker.js")],
      bundle: true,
      format: "esm",
      outdir: join(folder, "esbuild"),
      logLevel: "silent",
    }),
  serve: (folder, headers) => serveFolder(join(folder, "esbuild"), { headers, index: scriptPage }),
};

/** The blocks of docs/browser.md that hold a text, joined. */
export function documented(text: string): string {
  const blocks = codeBlocks("docs/browser.md").filter((block) => block.text.includes(text));
  if (blocks.length === 0) throw new Error(`docs/browser.md has lost its block with ${text}`);
  return blocks.map((block) => block.text).join("\n");
}

const importMap: Bundler = {
  serve: (folder, headers) => serveFolder(folder, { headers, index: documented('"importmap"') }),
};

export const bundlers = {
  "Vite's dev server": viteDev,
  "vite build": viteBuild,
  "webpack 5": webpackBuild,
  esbuild: esbuildBuild,
  "an import map": importMap,
} satisfies Record<string, Bundler>;
