// Runs the tests that compare Heddle with Keras's own numbers, and writes how close it comes into
// docs/keras-differences.md. Fails, and writes nothing, if a test fails.
// usage: node tools/keras-table.mjs [--check: write nothing, and fail where the page would change]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COMMAND, committed, tablesOf, writeTables } from "./keras-table/page.mjs";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const root = fileURLToPath(new URL("..", import.meta.url));

const golden = JSON.parse(readFileSync(join(root, "tests/golden/whole-models.json"), "utf8"));
const kerasInF32 = Object.fromEntries(golden.models.map(({ name, f32FromF64 }) => [name, f32FromF64]));

const markdown = `\n${versions()}\n\n${tablesOf(measured(), kerasInF32)}\n`;
if (!values.check) {
  writeTables(markdown);
  console.log("docs/keras-differences.md: written");
} else if (committed() === markdown) {
  console.log("docs/keras-differences.md: as measured");
} else {
  console.error(`docs/keras-differences.md differs from the measurement. Write it again: ${COMMAND}`);
  process.exitCode = 1;
}

/** Every comparison of the tests, in a file's order where a test file makes them. */
function measured() {
  const folder = mkdtempSync(join(tmpdir(), "heddle-keras-"));
  const record = join(folder, "comparisons.jsonl");
  try {
    execFileSync(process.execPath, [join("node_modules", "vitest", "vitest.mjs"), "run", ...testFiles()], {
      cwd: root,
      env: { ...process.env, HEDDLE_KERAS_RECORD: record },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return readFileSync(record, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The compiled tests that compare with Keras, without the one of the comparison itself. */
function testFiles() {
  const core = join("packages", "core");
  return readdirSync(join(root, core, "src"), { recursive: true })
    .filter((file) => file.endsWith(".test.ts") && !file.startsWith("base"))
    .filter((file) => readFileSync(join(root, core, "src", file), "utf8").includes("againstKeras("))
    .map((file) => join(core, "dist", file.replace(/\.ts$/, ".js")));
}

function versions() {
  const { keras, backend } = golden;
  const { version } = JSON.parse(readFileSync(join(root, "packages", "core", "package.json"), "utf8"));
  return `Heddle ${version} against Keras ${keras} on ${backend.replace("tensorflow", "TensorFlow")}.`;
}
