import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { compareAnswers, type OpenedExport, openExport, receiptInputs } from "@heddle/interchange";
import { filesAt } from "../../load-model.js";
import type { Answers, ExportCheck, Question } from "./check.js";
import { inPython } from "./in-python.js";
import { inRuntime } from "./in-runtime.js";

/** Checks a file of another program: in that program where it is installed, otherwise as Heddle reads it. */
export async function verifyFiles(
  path: string,
  { python }: { readonly python?: string | undefined },
): Promise<ExportCheck> {
  const opened = await openExport(await filesAt(path));
  const { receipt, isIntact, format } = opened;
  const folder = await mkdtemp(join(tmpdir(), "heddle-verify-"));
  try {
    const inputs = join(folder, "inputs.f32");
    await writeFile(inputs, new Uint8Array(receiptInputs(receipt).buffer));
    const question = { path: resolve(path), inputs, format, inputShape: receipt.inputShape };
    const { by, outputs } = await answersTo(question, opened, python);
    return { ...compareAnswers(receipt, outputs, isIntact), by };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answersTo(
  question: Question,
  opened: OpenedExport,
  python: string | undefined,
): Promise<Answers> {
  const { format, path } = question;
  if (python !== undefined) {
    if (["keras", "weights.h5", "onnx"].includes(format)) return inPython(question, python);
    throw new HeddleError({
      who: path,
      expected: "`python` with a file for Keras or ONNX Runtime",
      received: format === "tfjs" ? "a model of TensorFlow.js" : format,
      next: "Omit it.",
    });
  }
  const { answers, missing } = await inRuntime(question);
  if (answers) return answers;
  const model = await opened.model();
  try {
    const images = receiptInputs(opened.receipt);
    const shape = opened.receipt.inputShape;
    const outputs = await model.predict({ images, count: opened.receipt.samples.length, shape });
    return { by: `Heddle itself${missing === "" ? "" : `; ${missing}`}`, outputs };
  } finally {
    model.dispose();
  }
}
