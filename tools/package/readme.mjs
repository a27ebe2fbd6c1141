// Writes packages/heddle/README.md, which npm shows and packs: the repository's README with links that work outside of it.
// Runs before the package is packed (`prepack`), so that there is one text to keep.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "packages", "heddle");
const { repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const home = repository.url.replace(/^git\+/, "").replace(/\.git$/, "");

/** A link of the README as an absolute URL: raw files for pictures, pages for documents. */
function outside(target, isPicture) {
  if (/^(https?:|#)/.test(target)) return target;
  return `${home}/${isPicture ? "raw" : "blob"}/main/${target}`;
}

const text = readFileSync(join(root, "README.md"), "utf8").replace(
  /(!?)(\[[^\]]*\])\(([^)\s]+)\)/g,
  (_, picture, label, target) => `${picture}${label}(${outside(target, picture === "!")})`,
);
writeFileSync(join(folder, "README.md"), text);
