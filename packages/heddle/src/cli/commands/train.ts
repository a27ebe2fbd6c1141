import { Command } from "@commander-js/extra-typings";
import { obtainDataset } from "../../jobs/obtain-dataset.js";
import { openRecipe } from "../../jobs/recipe-file.js";
import { resumeAndReport } from "../resume-command.js";
import type { Shell } from "../shell.js";
import { recipeArgument, trainAndReport, withTrainingOptions } from "../training-command.js";

/** `heddle train`: a model on a dataset. */
export function trainCommand(shell: Shell) {
  const command = new Command("train")
    .description("train a model on a dataset and write its report")
    .addArgument(recipeArgument());
  return withTrainingOptions(command)
    .addHelpText(
      "after",
      `
Options override the recipe. A run's folder is a recipe, too.
docs/training.md says what each option does and how recipes are written.

Examples:
  heddle train --data ~/datasets/mnist --l2 1e-4 --dropout 0.5
  heddle train model.json --optimizer sgd --lr 0.1 --schedule cosine
  heddle train augmented --data photos --budget 10m --save-recipe mine.json
  heddle train mine.json --seed 7
  heddle train --resume latest
  heddle train latest --epochs 40`,
    )
    .action(async (what, options) => {
      if (options.resume !== undefined) return resumeAndReport(shell, options.resume, options, what);
      await trainAndReport(shell, options, await openRecipe(what, options.runDir), (data, load) =>
        obtainDataset("fashion-mnist", data, load),
      );
    });
}
