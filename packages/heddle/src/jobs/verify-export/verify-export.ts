import { basename } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { modelFileIn } from "../../load-model.js";
import type { ExportCheck } from "./check.js";
import { verifyFiles } from "./files.js";
import { isModule, verifyModule } from "./module.js";
import { isPage, verifyPage } from "./page.js";

/** How an export is verified. */
export interface VerifyExportOptions {
  /** A Python that has Keras or ONNX Runtime, to open the file with. */
  readonly python?: string | undefined;
}

/**
 * Compares what an exported file answers with what Heddle answered when it wrote it: in the program that the file is for,
 * where that is installed, otherwise as Heddle reads it.
 *
 * @param source a file or folder that `heddle export` wrote; modules and pages are run in a fresh process
 * @throws HeddleError when it is none, or a program that is to open it fails
 */
export async function verifyExport(source: string, options: VerifyExportOptions = {}): Promise<ExportCheck> {
  const path = String(await modelFileIn(source));
  const bytes = await readFileBytes(path);
  const beginning = new TextDecoder().decode(bytes.subarray(0, 4096));
  const isOurModule = isModule(beginning);
  if (isOurModule || isPage(beginning)) {
    if (options.python !== undefined) {
      throw new HeddleError({
        who: basename(path),
        expected: "no `python` with a file of JavaScript",
        received: options.python,
        next: "Omit it: the file runs in Node or Chromium.",
      });
    }
    return isOurModule ? verifyModule(path) : verifyPage(path, new TextDecoder().decode(bytes));
  }
  if (/^\s*(<|\/\/|import|export|const)/.test(beginning)) throw notOurs(path);
  return verifyFiles(path, options);
}

function notOurs(path: string): HeddleError {
  return new HeddleError({
    who: path,
    expected: "a file that heddle export wrote",
    received: "another file",
    next: "Export the model again, or check the path.",
  });
}
