import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ExportCheck, printedCheck, unusable } from "./check.js";
import { faultOf, runProgram } from "./run-program.js";

/** Whether a text is a module that Heddle wrote. */
export function isModule(text: string): boolean {
  return /^\/\/ .* Written by Heddle \S+; imports nothing\.\n/.test(text);
}

/** Runs a module's self-test in a fresh process. */
export async function verifyModule(path: string): Promise<ExportCheck> {
  const selfTest = fileURLToPath(new URL("self-test.js", import.meta.url));
  const ended = await runProgram(process.execPath, [selfTest, pathToFileURL(resolve(path)).href]);
  if (ended.code !== 0) throw unusable(path, faultOf(ended));
  return printedCheck(path, ended.stdout, `itself in Node ${process.versions.node}`);
}
