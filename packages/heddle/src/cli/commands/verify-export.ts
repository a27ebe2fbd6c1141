import { Argument, Command, Option } from "@commander-js/extra-typings";
import { verifyExport } from "../../jobs/verify-export/verify-export.js";
import { jsonOption, nonEmpty } from "../options.js";
import type { Shell } from "../shell.js";
import { Terminal } from "../terminal.js";

/** `heddle verify-export FILE`: whether an exported file still answers as Heddle did. */
export function verifyExportCommand(shell: Shell) {
  return new Command("verify-export")
    .description("compare the answers of an exported file with Heddle's")
    .addArgument(new Argument("<file>", "a file or folder that heddle export wrote").argParser(nonEmpty))
    .addOption(
      new Option(
        "--python <program>",
        "of .keras and .onnx: a Python with Keras or ONNX Runtime, which opens the file",
      ).argParser(nonEmpty),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A module runs in a fresh process, a page in Chromium where there is one. Models
of other programs are opened by onnxruntime-node, onnxruntime-web or
@tensorflow/tfjs if this folder has them installed, by the Python that is
named, otherwise by Heddle itself. The result says which.

The exit code is 1 if the answers differ by more than the file allows, or its
weights were changed.

Examples:
  heddle verify-export boots.mjs
  heddle verify-export boots.html
  heddle verify-export boots.onnx
  heddle verify-export boots.keras --python venv/bin/python`,
    )
    .action(async (file, options) => {
      const terminal = new Terminal(shell, options);
      const check = await terminal.during("Checking the answers", () =>
        verifyExport(file, { python: options.python }),
      );
      const { passed, largestDifference, tolerance, reason, by } = check;
      const size = `largest difference ${largestDifference.toPrecision(2)}, allowed ${tolerance} (computed by ${by})`;
      terminal.result(passed ? `${file} answers as Heddle did: ${size}.` : `${file}: ${reason}: ${size}.`);
      terminal.json({ ...check });
      if (!passed) shell.exitCode = 1;
    });
}
