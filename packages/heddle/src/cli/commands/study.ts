import { Command } from "@commander-js/extra-typings";
import { defaultSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { obtainForStudy } from "../../jobs/obtain-dataset.js";
import { openRecipe } from "../../jobs/recipe-file.js";
import { resumeAndReport } from "../resume-command.js";
import type { Shell } from "../shell.js";
import { trainAndReport, withTrainingOptions } from "../training-command.js";
import { studyRegularizationCommand } from "./study-regularization.js";

/** `heddle study fashion-mnist`: the published study, end to end. */
export function studyCommand(shell: Shell) {
  const fashionMnist = withTrainingOptions(
    new Command("fashion-mnist").description(
      "describe Fashion-MNIST, train the study's CNN on it, and write the report",
    ),
  )
    .addHelpText(
      "after",
      `
If Fashion-MNIST is neither on disk nor downloadable, the study runs on
generated images and says so.

Examples:
  heddle study fashion-mnist
  heddle study fashion-mnist --data ~/datasets --seed 7
  heddle study fashion-mnist --l2 1e-4 --dropout 0 --validation-split 0.1
  heddle study fashion-mnist --limit 5000 --epochs 2 --json
  heddle study fashion-mnist --resume latest`,
    )
    .action(async (options) => {
      if (options.resume !== undefined) return resumeAndReport(shell, options.resume, options, undefined);
      // The study's length is part of it, however few images it is limited to.
      const { epochs, batchSize } = defaultSettings;
      const { who } = await openRecipe();
      await trainAndReport(shell, options, { settings: { epochs, batchSize }, who }, obtainForStudy);
    });
  return new Command("study")
    .description("run a whole study and write its report")
    .addCommand(fashionMnist)
    .addCommand(studyRegularizationCommand(shell))
    .addHelpText("after", "\nExamples:\n  heddle study fashion-mnist\n  heddle study regularization");
}
