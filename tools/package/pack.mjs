// The packages as users get them: npm's own tarballs, unpacked or to be installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The published packages, lowest first. */
export const packages = ["core", "interchange", "sweep-bullmq", "heddle"].map((folder) => {
  const path = join(root, "packages", folder);
  const { name, version } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  return { path, name, version };
});

/**
 * Packs every package; they must have been built.
 *
 * @param {string} into the folder for the tarballs
 * @returns {{ name: string, tarball: string, files: string[] }[]} the packages in their order; `files` are relative paths
 */
export function packAll(into) {
  mkdirSync(into, { recursive: true });
  return packages.map(({ path, name }) => {
    const words = ["pack", "--json", "--pack-destination", into];
    const [packed] = JSON.parse(execFileSync("npm", words, { cwd: path, encoding: "utf8" }));
    return { name, tarball: join(into, packed.filename), files: packed.files.map((file) => file.path) };
  });
}

/**
 * Installs packed packages into a project without a network: unpacked into its `node_modules`, with everything that
 * they depend on linked from this repository.
 *
 * @param {string} project the project's folder
 * @param {{ name: string, tarball: string }[]} packed as `packAll` returns them
 */
export function installOffline(project, packed) {
  for (const { name, tarball } of packed) {
    const folder = join(project, "node_modules", name);
    mkdirSync(folder, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const dependency of Object.keys(dependencies)) link(project, dependency);
  }
}

/** Links one package of this repository's `node_modules` into a project, unless the project has it. */
export function link(project, name) {
  const place = join(project, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  if (readdirSync(dirname(place)).includes(name.split("/").at(-1))) return;
  symlinkSync(join(root, "node_modules", name), place, "junction");
}
