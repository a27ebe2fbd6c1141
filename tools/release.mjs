// Publishes the version that is checked out. A person runs it, and types the version: by starting the workflow
// .github/workflows/release.yml, because npm signs where a package was built (provenance) only on a known builder.
// usage: node tools/release.mjs --confirm VERSION [--dry-run: everything but publishing and tagging]
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packages, root } from "./package/pack.mjs";
import { releaseComplaints } from "./package/release-checks.mjs";

const { values } = parseArgs({
  options: { confirm: { type: "string", default: "" }, "dry-run": { type: "boolean", default: false } },
});

const complaints = releaseComplaints(gather());
if (complaints.length > 0) {
  console.error(`Nothing was published.\n${complaints.map((complaint) => `- ${complaint}`).join("\n")}`);
  process.exit(1);
}
for (const script of ["check", "test", "check:packages"]) run("npm", "run", script);
for (const { path } of packages) {
  const rehearsal = values["dry-run"] ? ["--dry-run"] : ["--provenance"];
  run("npm", "publish", path, "--access", "public", ...rehearsal);
}
if (!values["dry-run"]) {
  const tag = `v${packages[0].version}`;
  run("git", "tag", "--annotate", tag, "--message", tag);
  run("git", "push", "origin", tag);
}

/** The facts that are checked. */
function gather() {
  const lines = (...words) =>
    git(...words)
      .split("\n")
      .filter(Boolean);
  return {
    packages: packages.map(({ path, name, version }) => {
      const { repository, dependencies = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      return { name, version, repository: repository.url, dependencies };
    }),
    confirmed: values.confirm,
    branch: git("rev-parse", "--abbrev-ref", "HEAD"),
    changedFiles: lines("status", "--porcelain"),
    tags: lines("tag"),
    remote: git("config", "--default", "", "remote.origin.url"),
    pendingChangesets: readdirSync(join(root, ".changeset")).filter(
      (file) => file.endsWith(".md") && file !== "README.md",
    ),
    changelog: readFileSync(join(root, "packages", "heddle", "CHANGELOG.md"), "utf8"),
  };
}

function git(...words) {
  return execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
}

function run(program, ...words) {
  console.log(`$ ${program} ${words.join(" ")}`);
  execFileSync(program, words, { cwd: root, stdio: "inherit" });
}
