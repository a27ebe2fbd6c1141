import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installOffline, root } from "../../tools/package/pack.mjs";

export interface Project {
  readonly folder: string;
  remove(): void;
}

/**
 * A user's web project in a temporary folder: the files of `app`, and @heddle/core in `node_modules` as npm installs
 * it. It is packed and unpacked, not linked: Vite does not pre-bundle linked packages.
 *
 * @param packages further packages, copied with their dependencies from the repository's `node_modules`
 */
export function createProject(packages: readonly string[] = []): Project {
  const folder = mkdtempSync(join(tmpdir(), "heddle-app-"));
  cpSync(join(root, "tests", "bundlers", "app"), folder, { recursive: true });
  // Without scripts: those of packing write files that another test's packing may be reading.
  const tarball = execFileSync(
    "npm",
    ["pack", "--workspace", "@heddle/core", "--ignore-scripts", "--silent", "--pack-destination", folder],
    { cwd: root, encoding: "utf8", shell: process.platform === "win32" },
  );
  installOffline(folder, [{ name: "@heddle/core", tarball: join(folder, tarball.trim()) }]);
  for (const name of packages) copyPackage(name, folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function copyPackage(name: string, folder: string): void {
  const source = join(root, "node_modules", name);
  cpSync(source, join(folder, "node_modules", name), { recursive: true });
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, folder);
}
