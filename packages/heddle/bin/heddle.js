#!/usr/bin/env node
import { existsSync } from "node:fs";

const program = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  // A clone has it once it was built; the package always.
  console.error(
    "heddle: expected the compiled program, received a clone that was not built. Run npm ci in the clone.",
  );
  process.exitCode = 2;
}
