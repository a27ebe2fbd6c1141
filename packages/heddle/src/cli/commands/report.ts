import { Command } from "@commander-js/extra-typings";
import { rebuildReport } from "../../jobs/report/run-report.js";
import { jsonOption, runArgument, runDirOption } from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { cell } from "../table.js";
import { Terminal } from "../terminal.js";

/** `heddle report RUN`: the report again, from the run's folder alone. */
export function reportCommand(shell: Shell) {
  return new Command("report")
    .description("rebuild a run's report and figures from its folder alone")
    .addArgument(runArgument())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Neither the data nor the machine of the training is needed, and the folder may
have moved. A run that was stopped or killed gets a report of what it has.

Examples:
  heddle report latest
  heddle report ~/from-another-machine/2026-03-04-153012-mnist`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(shell, options);
      await stoppable(terminal, async ({ signal }) => {
        terminal.working("Drawing the figures");
        const { reportPath, missing } = await rebuildReport(run, options.runDir, {
          signal,
          onWarning: (message) => terminal.warn(cell(message)),
        }).finally(() => terminal.clear());
        for (const file of missing)
          terminal.warn(cell(`${file} is not in the run's folder: the report is written without it.`));
        terminal.result(`${"Report".padEnd(18)} ${reportPath}`);
        terminal.json({ reportPath, missing });
      });
    });
}
