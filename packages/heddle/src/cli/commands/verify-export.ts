import { Argument, Command } from "@commander-js/extra-typings";
import { verifyExport } from "../../jobs/verify-export/verify-export.js";
import { jsonOption, nonEmpty } from "../options.js";
import type { Shell } from "../shell.js";
import { Terminal } from "../terminal.js";

/** `heddle verify-export FILE`: whether an exported module still answers as Heddle did. */
export function verifyExportCommand(shell: Shell) {
  return new Command("verify-export")
    .description("run an exported module and compare its answers with Heddle's")
    .addArgument(new Argument("<file>", "a .mjs that heddle export wrote").argParser(nonEmpty))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The exit code is 1 if the answers differ by more than the file allows, or its
weights were changed.

Examples:
  heddle verify-export boots.mjs`,
    )
    .action(async (file, options) => {
      const terminal = new Terminal(shell, options);
      const check = await verifyExport(file);
      const { passed, largestDifference, tolerance, reason } = check;
      const size = `largest difference ${largestDifference.toPrecision(2)}, allowed ${tolerance}`;
      terminal.result(passed ? `${file} answers as Heddle did: ${size}.` : `${file}: ${reason}: ${size}.`);
      terminal.json({ ...check });
      if (!passed) shell.exitCode = 1;
    });
}
