// The page is built into the package `heddle`, which serves it. Every address in it is relative, so that it works in any
// folder of any host.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { customProperties, pagePalette } from "@heddle/core/internal/figures/page-palette.js";
import { dark, light } from "@heddle/core/internal/figures/theme.js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [palette(), svelte({ configFile: false }), moreLicences(), serviceWorker()],
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("../../packages/heddle/dist/studio", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    license: { fileName: "licences.md" },
    // Fonts and pictures stay files, which a Content-Security-Policy without `data:` allows.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});

/** `virtual:palette.css`: the colours of the reports and of their figures as custom properties. */
function palette() {
  const name = "virtual:palette.css";
  const of = (theme, page) =>
    customProperties({ ...page, training: theme.training, test: theme.test, "chart-line": theme.line });
  return {
    name: "palette",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) =>
      id === `\0${name}`
        ? `:root { color-scheme: light dark; ${of(light, pagePalette.light)} }
           @media (prefers-color-scheme: dark) { :root { ${of(dark, pagePalette.dark)} } }`
        : undefined,
  };
}

/** `sw.js`: the service worker of static hosts, which knows the files of this build. */
function serviceWorker() {
  return {
    name: "service-worker",
    apply: "build",
    // After everything else has been emitted.
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.values(bundle)
          .filter(({ fileName }) => !/\.(md|txt|map|html)$/.test(fileName))
          .sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
        const hash = createHash("sha256");
        for (const file of files) hash.update(file.fileName).update(file.code ?? file.source);
        const list = [
          "index.html",
          "manifest.webmanifest",
          "icon.svg",
          ...files.map(({ fileName }) => fileName),
        ];
        const source = readFileSync(new URL("./service-worker.js", import.meta.url), "utf8")
          .replace("__VERSION__", hash.digest("hex").slice(0, 16))
          .replace('["__FILES__"]', JSON.stringify(list));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}

/** Licences that Vite does not list: of what only CSS names, and of what only the worker imports. */
function moreLicences() {
  const licences = { "public-sans": "@fontsource-variable/public-sans", fflate: "fflate" };
  return {
    name: "more-licences",
    apply: "build",
    generateBundle() {
      for (const [name, module] of Object.entries(licences)) {
        const path = new URL(`../../node_modules/${module}/LICENSE`, import.meta.url);
        this.emitFile({ type: "asset", fileName: `licence-${name}.txt`, source: readFileSync(path) });
      }
    },
  };
}
