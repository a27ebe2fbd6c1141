import { Command } from "@commander-js/extra-typings";
import { type Verification, verifyRun } from "../../jobs/verify/verify-run.js";
import { loadOptions } from "../data-options.js";
import {
  dataOption,
  jsonOption,
  offlineOption,
  quietOption,
  runArgument,
  runDirOption,
  threadsOption,
} from "../options.js";
import { trainingHeadline, trainingLines } from "../progress.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { cell } from "../table.js";
import { Terminal } from "../terminal.js";

/** The exit code where the weights differ. */
const EXIT_DIFFERENT = 1;

/** `heddle verify RUN`: trains again and compares the weights. */
export function verifyCommand(shell: Shell) {
  return new Command("verify")
    .description("train a run again and compare the weights, bit for bit")
    .addArgument(runArgument())
    .addOption(dataOption())
    .addOption(offlineOption())
    .addOption(threadsOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Seed, settings and kernels are those of the run, and its data must have the
recorded checksums. Nothing is written. The exit code is 0 when the weights are
the recorded ones, 1 when they are not, and 2 when the run cannot be verified.

Examples:
  heddle verify latest
  heddle verify runs/2026-03-04-153012-fashion-mnist --threads 1
  heddle verify latest --data ~/datasets --json`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        const verification = await verifyRun(run, options.runDir, {
          data: options.data,
          load: loadOptions(options, { signal, terminal }),
          threads: options.threads,
          signal,
          onWarning: (message) => terminal.warn(cell(message)),
          onTraining: (epochs, engine) => {
            terminal.info(trainingHeadline(epochs, engine));
            return trainingLines(terminal, epochs);
          },
        });
        printVerification(terminal, verification);
        terminal.json(verification);
        if (!verification.verified) shell.exitCode = EXIT_DIFFERENT;
      } finally {
        release();
      }
    });
}

function printVerification(terminal: Terminal, { run, verified, weights, findings }: Verification): void {
  const { recorded, trained, saved } = weights;
  terminal.info();
  terminal.result(`Recorded           ${recorded}`);
  terminal.result(`Trained again      ${trained}`);
  if (saved !== recorded) terminal.result(`Weights file       ${saved ?? "cannot be read"}`);
  if (verified) {
    terminal.result(`Verified: ${run} trained again gives the same weights to the last bit.`, "bold");
    return;
  }
  const verdict =
    trained === recorded
      ? `Trained again, ${run} gives the recorded weights, but its folder does not hold them.`
      : `Not verified: ${run} trained again gives weights that differ from those it recorded.`;
  terminal.result(verdict, "alarm");
  for (const finding of findings) terminal.result(`  ${finding}`);
}
