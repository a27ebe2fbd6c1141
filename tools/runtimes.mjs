// Installs the packed packages from the registry in a project of its own, and tries them on Node 20 to 26, Deno and Bun:
// the training of docs/reproducibility.md, two epochs with both builds of the kernels, the command line from training
// to a prediction, and exported modules, these in workerd too. Writes the table of docs/runtimes.md. What does not work is in the
// table, and fails this script.
// usage: node tools/runtimes.mjs [--only node22,deno] [--folder DIR: where the runtimes are installed and kept]
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packAll, root } from "./package/pack.mjs";
import { workloadText } from "./package/workload-text.mjs";
import { committedHash } from "./reproducibility/page.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    folder: { type: "string", default: join(tmpdir(), "heddle-runtimes") },
  },
});

/** The package of the registry, its binary in it, and the words before a script. */
const runtimes = {
  node20: ["node@20", "node/bin/node"],
  node22: ["node@22", "node/bin/node"],
  node24: ["node@24", "node/bin/node"],
  node26: ["node@26", "node/bin/node"],
  deno: ["deno@2.9.6", ".bin/deno", "run", "-A"],
  bun: ["bun@1.4.5", ".bin/bun"],
  workerd: ["miniflare@4.20260426.0"],
};
const names = { node: "Node", deno: "Deno", bun: "Bun" };
const variants = ["strict", "fma"];
/** The files of exported modules, and the words that ask for each. */
const modules = { "plain.mjs": [], "kernels.mjs": ["--wasm"] };

const chosen = values.only?.split(",") ?? Object.keys(runtimes);
const project = mkdtempSync(join(tmpdir(), "heddle-project-"));
try {
  prepare();
  const rows = chosen.map((key) => {
    const row = key === "workerd" ? tryWorkerd() : tryRuntime(key);
    console.log(row.join("  "));
    return row;
  });
  if (!values.only) writePage(rows);
  if (rows.some((row) => row.some((cell) => cell.startsWith("**")))) process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** The project of a user: all packages from their tarballs, everything else from the registry. */
function prepare() {
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  const tarballs = packAll(project).map(({ tarball }) => tarball);
  npm(project, ...tarballs);
  exportModules();
  copyFileSync(join(root, "tools", "package", "module-in-workerd.mjs"), join(project, "workerd.js"));
  writeFileSync(
    join(project, "module.js"),
    `const { selfTest } = await import("./" + process.argv[2]);\nconsole.log(selfTest().passed ? "passed" : "failed");\n`,
  );
  writeFileSync(
    join(project, "train.js"),
    workloadText("heddle", "heddle/data", "process.argv[2] === 'fma'"),
  );
}

function npm(folder, ...packages) {
  execFileSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", ...packages], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** A row: runtime, hashes of both builds, the command line. */
function tryRuntime(key) {
  const [name, binaryPath, ...words] = runtimes[key];
  const folder = join(values.folder, key);
  const binary = join(folder, "node_modules", binaryPath);
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    npm(folder, "--no-save", name);
  }
  const run = (...more) =>
    spawnSync(binary, [...words, ...more], { cwd: project, encoding: "utf8", timeout: 300_000 });
  const version = /\d+\.\d+\.\d+/.exec(spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout)[0];
  return [
    `${names[key.replace(/\d+/, "")]} ${version}`,
    ...variants.map((variant) => hashCell(variant, run("train.js", variant))),
    commandCell(run),
    moduleCell((file) => run("module.js", file)),
  ];
}

/** An edge runtime runs modules alone; this process's Node asks it. */
function tryWorkerd() {
  const folder = join(values.folder, "workerd");
  if (!existsSync(join(folder, "node_modules"))) {
    mkdirSync(folder, { recursive: true });
    npm(folder, "--no-save", ...runtimes.workerd);
  }
  const { version } = JSON.parse(
    readFileSync(join(folder, "node_modules", "workerd", "package.json"), "utf8"),
  );
  const run = (file) =>
    spawnSync(process.execPath, ["workerd.js", folder, file], {
      cwd: project,
      encoding: "utf8",
      timeout: 60_000,
    });
  return [`workerd ${version}`, "–", "–", "–", moduleCell(run)];
}

/** A model as modules, written by this process's Node. */
function exportModules() {
  const heddle = (...words) =>
    execFileSync(process.execPath, [join("node_modules", "heddle", "bin", "heddle.js"), ...words], {
      cwd: project,
      stdio: ["ignore", "ignore", "inherit"],
    });
  heddle(..."train quick --data fashion-sketch --limit 300 --epochs 1".split(" "));
  for (const [file, words] of Object.entries(modules))
    heddle("export", "latest", "--to", "mjs", "--out", file, ...words);
}

/** Whether each module passes its own test. */
function moduleCell(run) {
  for (const file of Object.keys(modules)) {
    const { status, stdout, stderr } = run(file);
    if (status !== 0 || stdout.trim() !== "passed") return `**${file} fails**: ${lastLine(stderr || stdout)}`;
  }
  return "work";
}

/** Whether a training gave the hash of its kernels. */
function hashCell(variant, { stdout, stderr, status }) {
  if (stderr.includes("expected a JavaScript engine and a processor with a fused multiply-add"))
    return "refused";
  if (status !== 0) return `**fails**: ${lastLine(stderr)}`;
  const hash = stdout.trim();
  if (hash === committedHash(variant)) return "the same";
  return `**${hash.slice(0, 12)}…**`;
}

/** Trains, reports, and classifies a picture: everything with native parts. */
function commandCell(run) {
  const heddle = (...words) => run(join("node_modules", "heddle", "bin", "heddle.js"), ...words);
  rmSync(join(project, "runs"), { recursive: true, force: true });
  const steps = [
    ["train", "quick", "--data", "fashion-sketch", "--limit", "300", "--epochs", "1"],
    ["predict", "latest", join(root, "docs", "images", "report.png")],
  ];
  for (const words of steps) {
    const { status, stderr } = heddle(...words);
    if (status !== 0) return `**${words[0]} fails**: ${lastLine(stderr)}`;
  }
  return "works";
}

function lastLine(text) {
  return text.trim().split("\n").at(-1).replaceAll("|", "\\|");
}

function writePage(rows) {
  const path = join(root, "docs", "runtimes.md");
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const head = [
    ...["runtime", "`strict`: hash", "`fma`: hash", "`heddle train`, `heddle predict`"],
    "exported modules, plain and with kernels",
  ];
  const table = [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  const text = readFileSync(path, "utf8");
  const [before, after] = [text.split("<!-- runtimes -->")[0], text.split("<!-- end of runtimes -->")[1]];
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(
    path,
    `${before}<!-- runtimes -->\nTried on ${today}, Linux on x86-64:\n\n${table}\n<!-- end of runtimes -->${after}`,
  );
  console.log("docs/runtimes.md: written");
}
