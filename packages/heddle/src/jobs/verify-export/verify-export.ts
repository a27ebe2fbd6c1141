import { spawn } from "node:child_process";
import { basename, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";

/** What an exported file answered for the samples of its receipt. */
export interface ExportCheck {
  readonly passed: boolean;
  /** The largest difference of a probability from what Heddle answered when it wrote the file. */
  readonly largestDifference: number;
  readonly tolerance: number;
  /** What is wrong, if something is. */
  readonly reason?: string;
}

/** Longer than any model needs for its 32 samples. */
const LIMIT_MS = 120_000;

/**
 * Runs an exported module in a fresh process and compares its answers with those that Heddle gave when it wrote it.
 *
 * @param path a `.mjs` that `heddle export` wrote
 * @throws HeddleError when the file is none, or does not end
 */
export async function verifyExport(path: string): Promise<ExportCheck> {
  const text = new TextDecoder().decode(await readFileBytes(path));
  if (!/^\/\/ .* Written by Heddle \S+; imports nothing\.\n/.test(text)) {
    throw new HeddleError({
      who: path,
      expected: "a module (.mjs) that heddle export wrote",
      received: "another file",
      next: "Export the model again, or check the path. A page (.html) checks itself when it is opened.",
    });
  }
  const selfTest = fileURLToPath(new URL("self-test.js", import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [selfTest, pathToFileURL(resolve(path)).href]);
  try {
    if (code === 0) return JSON.parse(stdout) as ExportCheck;
  } catch (thrown) {
    throw fault(path, messageOf(thrown));
  }
  throw fault(path, stderr.split("\n").find((line) => /Error/.test(line)) ?? `exit code ${code}`);
}

function fault(path: string, received: string): HeddleError {
  return new HeddleError({
    who: basename(path),
    expected: "a module that runs",
    received,
    next: "Export the model again.",
  });
}

async function run(program: string, words: readonly string[]) {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (part: string) => stdout.push(part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => stderr.push(part));
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}
