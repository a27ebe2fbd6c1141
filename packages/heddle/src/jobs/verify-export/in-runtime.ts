import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Answers, Question } from "./check.js";
import { faultOf, runProgram } from "./run-program.js";

/** The packages that run a format in Node, the first that is installed is taken. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  onnx: ["onnxruntime-node", "onnxruntime-web"],
  tfjs: ["@tensorflow/tfjs"],
};

/**
 * Computes a file's answers in a fresh process with the package that it is for, if that is installed in this folder or in
 * one above it.
 *
 * @returns the answers, or in words what is not installed
 */
export async function inRuntime(
  question: Question,
): Promise<{ readonly answers?: Answers; readonly missing: string }> {
  const names = PACKAGES[question.format] ?? [];
  const require = createRequire(join(process.cwd(), "package.json"));
  const found = names.flatMap((name) => {
    try {
      return [{ name, url: pathToFileURL(require.resolve(name)).href }];
    } catch {
      return [];
    }
  })[0];
  if (!found) {
    const what = /^(keras|weights\.h5)$/.test(question.format)
      ? "no Python with Keras was named"
      : missingOf(names);
    return { missing: what };
  }
  const program = fileURLToPath(new URL("runtime-program.js", import.meta.url));
  const ended = await runProgram(process.execPath, [
    program,
    JSON.stringify({ ...question, name: found.name, url: found.url }),
  ]);
  const last = ended.stdout.trim().split("\n").at(-1) ?? "";
  if (ended.code === 0 && last.startsWith("{")) return { answers: JSON.parse(last) as Answers, missing: "" };
  throw new HeddleError({
    who: question.path,
    expected: `an answer of ${found.name}`,
    received: faultOf(ended),
    next: "Export the model again, or install another version of the package.",
  });
}

function missingOf(names: readonly string[]): string {
  return names.length === 0
    ? ""
    : `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} not installed here`;
}
