// Writes docs/licences.md: the licence of every package that `npm install heddle` may install, from the lock file and the
// packages' own files. tests/licences.test.ts fails when the page no longer matches them.
//
//     node tools/licences.mjs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs/licences.md");

/** What a licence asks for, beyond naming the authors; every licence among the dependencies needs an entry. */
const conditions = {
  MIT: "Keep the notice.",
  ISC: "Keep the notice.",
  "BSD-2-Clause": "Keep the notice.",
  "BSD-3-Clause": "Keep the notice; do not advertise with the authors' names.",
  "0BSD": "Nothing.",
  "Apache-2.0": "Keep the notices, and say what was changed.",
  "MPL-2.0": "Changes to its own files must be published under the same licence.",
  "LGPL-3.0-or-later":
    "A library of its own, which whoever gets the program must be able to replace; its source must be available.",
  Unlicense: "Nothing.",
  "OFL-1.1":
    "The fonts may be embedded and passed on, but not sold by themselves; changed fonts need another name.",
};

/**
 * Every package that an installation of `heddle` may hold, sorted by name.
 *
 * @returns {{ name: string; version: string; licence: string; optional: boolean }[]}
 */
export function runtimePackages() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = new Map();
  const visit = (from, optional) => {
    const { dependencies = {}, optionalDependencies = {} } = packages[from];
    const named = [
      ...Object.keys(dependencies).map((name) => [name, optional || name in optionalDependencies]),
      ...Object.keys(optionalDependencies).map((name) => [name, true]),
    ];
    for (const [name, isOptional] of named) {
      const path = placeOf(packages, from, name);
      if (path === undefined) continue;
      const before = found.get(path);
      if (before && (!before.optional || isOptional)) continue;
      found.set(path, { name, optional: isOptional });
      visit(packages[path].link ? packages[path].resolved : path, isOptional);
    }
  };
  visit("packages/heddle", false);
  const rows = new Map();
  for (const [path, { name, optional }] of found) {
    const entry = packages[path];
    if (entry.link) continue;
    const key = `${name} ${entry.version}`;
    const always = !optional || rows.get(key)?.optional === false;
    rows.set(key, { name, version: entry.version, licence: licenceOf(path, entry), optional: !always });
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** Where a package finds a dependency: below itself, or below a folder above it. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === "") return undefined;
  }
}

/** The lock file knows packages of other platforms too; what is installed says itself what it is under. */
function licenceOf(path, { license }) {
  const file = join(root, path, "package.json");
  const own = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return own.license ?? license ?? "unknown";
}

/** The licences of a package: those of an expression such as `Apache-2.0 AND LGPL-3.0-or-later AND MIT`. */
export function licencesIn(expression) {
  return expression.replace(/[()]/g, "").split(/ (?:AND|OR) /);
}

/** @returns {string} the page */
export function licencesPage() {
  const all = runtimePackages();
  const names = [...new Set(all.flatMap(({ licence }) => licencesIn(licence)))].sort();
  const unknown = names.filter((name) => !(name in conditions));
  if (unknown.length > 0) {
    const users = all.filter(({ licence }) => licencesIn(licence).some((name) => unknown.includes(name)));
    throw new Error(
      `Licences without an entry in tools/licences.mjs: ${unknown.join(", ")}, of ${users.map(({ name }) => name).join(", ")}. Read them, then add what they ask for.`,
    );
  }
  const rows = (packages) =>
    packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`).join("\n");
  const table = (packages) => `| package | version | licence |\n| --- | --- | --- |\n${rows(packages)}`;
  const used = (name) => all.filter(({ licence }) => licencesIn(licence).includes(name)).length;
  return `# Licences

Heddle itself is under the [MIT licence](../LICENSE). \`@heddle/core\` depends on nothing. \`heddle\` installs the packages
below, none of which it changes or bundles: each comes from the registry with its own licence text.

Whoever passes on a program together with these packages passes on their licences too. Two ask for more than a notice:

- **libvips**, which decodes and encodes pictures, is under the LGPL 3.0 or later. It comes as a shared library of its own
  (\`@img/sharp-libvips-*\`), loaded by \`sharp\`, and can be replaced by another build of it
  ([how](https://sharp.pixelplumbing.com/install/#custom-libvips)); its [source](https://github.com/lovell/sharp-libvips)
  and the licences of the libraries within it are public.
- **resvg**, which turns figures into PNG, is under the MPL 2.0: changes to its files stay under that licence
  ([source](https://github.com/thx/resvg-js)).

The fonts in reports and in the studio (Public Sans) are under the SIL Open Font License 1.1, which allows embedding. The
studio's page holds Svelte, uPlot and fflate, all under the MIT licence; their notices are next to it, in \`dist/studio\`.

The messages of ONNX's files (\`packages/interchange/src/onnx/schema\`) are generated from the schema of
[ONNX](https://github.com/onnx/onnx), which is under the Apache-2.0: its notice, and what was changed, stand at the top of the file.

This page is written by \`node tools/licences.mjs\`, and a test compares it with what is installed.

## What each licence asks for

| licence | packages | condition |
| --- | ---: | --- |
${names.map((name) => `| ${name} | ${used(name)} | ${conditions[name]} |`).join("\n")}

## Installed everywhere

${table(all.filter(({ optional }) => !optional))}

## Installed where the platform needs it

${table(all.filter(({ optional }) => optional))}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, licencesPage());
