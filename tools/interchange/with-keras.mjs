// Runs the code of docs/with-keras.md, piece by piece in one folder, with real Keras for the Python.
//
//     npm run build && node tools/interchange/with-keras.mjs --python PYTHON
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/with-keras.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "heddle-with-keras-"));
try {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "packages/heddle"), join(folder, "node_modules", "heddle"), "junction");
  const environment = { ...process.env, KERAS_BACKEND: "tensorflow", TF_CPP_MIN_LOG_LEVEL: "2" };
  for (const [index, [, language, text]] of [
    ...page.matchAll(/```(javascript|python)\n(.*?)```/gs),
  ].entries()) {
    const isPython = language === "python";
    const file = `piece-${index}.${isPython ? "py" : "mjs"}`;
    writeFileSync(join(folder, file), text ?? "");
    const output = execFileSync(isPython ? values.python : process.execPath, [file], {
      cwd: folder,
      env: environment,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    console.log(output.trim().split("\n").at(-1) ?? "");
    const [, steps, before, after] = /from step (\d+): accuracy ([\d.]+) → ([\d.]+)/.exec(output) ?? [];
    if (steps !== undefined && (steps !== "60" || Number(after) < Number(before) - 0.05)) {
      console.error("The training did not continue where Keras had left it.");
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
