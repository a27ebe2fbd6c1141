import { Command } from "@commander-js/extra-typings";
import { obtainForStudy } from "../../study/obtain-dataset.js";
import { studyModel } from "../../study/recipe.js";
import {
  dataOption,
  fastOption,
  jsonOption,
  offlineOption,
  quietOption,
  runDirOption,
  threadsOption,
} from "../options.js";
import { loadOptions, recipeOptions, trainAndReport } from "../training-command.js";

/** `heddle study fashion-mnist`: the published study, end to end. */
export function studyCommand() {
  const fashionMnist = new Command("fashion-mnist")
    .description("describe Fashion-MNIST, train the study's CNN on it, and write the report")
    .addOption(dataOption())
    .addOption(offlineOption())
    .addOption(recipeOptions.epochs())
    .addOption(recipeOptions.batchSize())
    .addOption(recipeOptions.learningRate())
    .addOption(recipeOptions.labelSmoothing())
    .addOption(recipeOptions.seed())
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(recipeOptions.limit())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Where Fashion-MNIST is neither on disk nor to be had, the study runs on
generated images and says so.

Examples:
  heddle study fashion-mnist
  heddle study fashion-mnist --data ~/datasets --seed 7
  heddle study fashion-mnist --limit 5000 --epochs 2 --json`,
    )
    .action((options) =>
      trainAndReport(options, {
        name: ({ dataset }) => dataset.name,
        obtain: (context) => obtainForStudy(options.data, loadOptions(options, context)),
        model: ({ dataset }) =>
          studyModel({ input: dataset.train.shape, classes: dataset.classNames.length, seed: options.seed }),
      }),
    );
  return new Command("study")
    .description("run a whole study and write its report")
    .addCommand(fashionMnist)
    .addHelpText("after", "\nExamples:\n  heddle study fashion-mnist\n  heddle study fashion-mnist --help");
}
