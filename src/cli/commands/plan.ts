import { Command, Option } from "@commander-js/extra-typings";
import { formatPlan, planSteps } from "../../model/plan.js";
import { batchSizeOfRun, openRun } from "../../study/open-run.js";
import { jsonOption, runArgument, runDirOption, threadsOption, wholeNumber } from "../options.js";
import { Terminal } from "../terminal.js";

/** `heddle plan RUN`: the kernel calls that a batch comes to. */
export function planCommand() {
  return new Command("plan")
    .description("show the kernel calls that training on one batch comes to")
    .addArgument(runArgument())
    .addOption(
      new Option("--batch-size <n>", "images of a step; the run's own by default").argParser(
        wholeNumber(1, 65536),
      ),
    )
    .addOption(threadsOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  heddle plan latest
  heddle plan latest --batch-size 128 --json`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(options);
      const { record, model } = await openRun(run, options.runDir, options);
      try {
        const { program } = await model.trainingProgram(options.batchSize ?? batchSizeOfRun(record));
        if (!options.json) terminal.result(formatPlan(program));
        const { batchSize, shardSize, memoryBytes } = program;
        terminal.json({ batchSize, shardSize, memoryBytes, steps: planSteps(program) });
      } finally {
        model.dispose();
      }
    });
}
