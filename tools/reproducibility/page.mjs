// The hashes of docs/reproducibility.md: read for the tests, written by tools/reproducibility.mjs.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../../docs/reproducibility.md", import.meta.url);
const marked = /(<!-- hashes -->\n)([\s\S]*?)(<!-- end of hashes -->)/;

/** How the page is written again. */
export const COMMAND = "npm run build && node tools/reproducibility.mjs";

/**
 * The SHA-256 on the page for a variant of the kernels.
 *
 * @param {"strict" | "fma"} variant
 * @returns {string}
 */
export function committedHash(variant) {
  const [, , hashes = ""] = marked.exec(readFileSync(path, "utf8")) ?? [];
  const row = new RegExp(`^\\| \`${variant}\` +\\| \`([0-9a-f]{64})\` \\|$`, "m").exec(hashes);
  if (!row) throw new Error(`docs/reproducibility.md has no hash for ${variant}: write it again: ${COMMAND}`);
  return row[1];
}

/**
 * Puts Markdown between the page's markers.
 *
 * @param {string} markdown
 */
export function writeHashes(markdown) {
  const text = readFileSync(path, "utf8");
  if (!marked.test(text)) throw new Error("docs/reproducibility.md has lost its markers for the hashes");
  writeFileSync(
    path,
    text.replace(marked, (_, start, __, end) => `${start}${markdown}\n${end}`),
  );
}
