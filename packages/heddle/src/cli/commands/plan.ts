import { Command, Option } from "@commander-js/extra-typings";
import { formatPlan, planLines } from "@heddle/core/internal/compiler/program-plan.js";
import { dataOfModel } from "../../jobs/data-of-model.js";
import { openModel } from "../../jobs/open-run.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import {
  fastOption,
  jsonOption,
  modelArgument,
  runDirOption,
  threadsOption,
  wholeNumber,
} from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle plan RUN`: the kernel calls of a training step. */
export function planCommand(shell: Shell) {
  return withDataOptions(
    new Command("plan")
      .description("show the kernel calls of training on one batch")
      .addArgument(modelArgument()),
  )
    .addOption(
      new Option(
        "--batch-size <n>",
        "images per step; the run's own by default, 32 for a model without a run",
      ).argParser(wholeNumber(1, 65536)),
    )
    .addOption(new Option("--profile", "train for two seconds on the run's data and measure each kernel"))
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  heddle plan latest
  heddle plan latest --profile --threads 1
  heddle plan latest --batch-size 128 --json`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(shell, options);
      await stoppable(terminal, async ({ signal, check }) => {
        const onWarning = (message: string) => terminal.warn(message);
        const opened = await openModel(run, options.runDir, { ...options, onWarning });
        const { model } = opened;
        try {
          const batchSize = options.batchSize ?? opened.run?.record.recipe.batchSize ?? 32;
          const measure = async () => {
            const load = loadOptions(options, { signal, terminal });
            const { train } = await dataOfModel(opened, { data: options.data, load, stream: false });
            return model.profile(train.preview, { batchSize, signal });
          };
          const { program, profile } = options.profile
            ? await measure()
            : { ...(await model.trainingProgram(batchSize)), profile: undefined };
          const { variant, width } = await model.engine();
          await check("Planning");
          if (!options.json) {
            terminal.result(
              `${variant} kernels on vectors of ${width} bits\n\n${formatPlan(program, profile)}`,
            );
          }
          const { shardSize, memoryBytes } = program;
          const measured = profile && {
            profile: { steps: profile.steps, threads: profile.threads, seconds: profile.seconds },
          };
          terminal.json({
            ...{ variant, width, batchSize, shardSize, memoryBytes },
            ...measured,
            steps: planLines(program, profile),
          });
        } finally {
          model.dispose();
        }
      });
    });
}
