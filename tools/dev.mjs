// npm run dev: compiles what changes, then runs the unit tests that it affects. Ctrl-C ends both.
import { spawn } from "node:child_process";
import { readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);
const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));

/** Compiled files that changed since the last tests. */
const changed = new Set();
let testing;

for (const folder of packages) {
  watch(join(root, folder, "dist"), { recursive: true }, (_, file) => {
    if (file?.endsWith(".js")) changed.add(join(folder, "dist", file));
  });
}

const compiler = spawn(bin("tsc"), ["-b", "--watch", "--preserveWatchOutput"], { cwd: root });
let line = "";
compiler.stdout.setEncoding("utf8").on("data", (text) => {
  process.stdout.write(text);
  line = (line + text).slice(-200);
  // What `tsc` says when all is compiled.
  if (!/Found (\d+) errors?\. Watching/.test(line)) return;
  const failed = !/Found 0 errors/.test(line);
  line = "";
  if (!failed) test();
});
compiler.stderr.pipe(process.stderr);
compiler.on("exit", (code) => process.exit(code ?? 0));

/** Runs the unit tests that import a changed file, in place of those in progress, whose changes are tested again. */
function test() {
  if (changed.size === 0 && !testing) return;
  const files = [...changed, ...(testing?.files ?? [])];
  changed.clear();
  testing?.process.kill();
  const words = ["related", "--run", "--project", "unit", "--passWithNoTests", ...files];
  const run = { files, process: spawn(bin("vitest"), words, { cwd: root, stdio: "inherit" }) };
  testing = run;
  run.process.on("exit", () => {
    if (testing === run) testing = undefined;
  });
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    testing?.process.kill();
    compiler.kill();
  });
}
