import { Command } from "@commander-js/extra-typings";
import { readTextFile } from "../../base/files-node.js";
import { parseJson } from "../../model/config.js";
import { modelFromJson } from "../../model/load.js";
import { obtainDataset } from "../../study/obtain-dataset.js";
import { studyModel } from "../../study/recipe.js";
import {
  dataOption,
  fastOption,
  jsonOption,
  nonEmpty,
  offlineOption,
  quietOption,
  runDirOption,
  threadsOption,
} from "../options.js";
import { loadOptions, recipeOptions, trainAndReport } from "../training-command.js";

/** `heddle train`: a model on a dataset. */
export function trainCommand() {
  return new Command("train")
    .description("train a model on a dataset and write its report")
    .argument("[model.json]", "a sequential model in Keras's JSON; the study's CNN by default", nonEmpty)
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
Examples:
  heddle train --data ~/datasets/mnist --epochs 4
  heddle train model.json --data fashion-sketch --seed 7
  heddle train runs/2026-03-04-153012-mnist/model/config.json --fast --json`,
    )
    .action((path, options) =>
      trainAndReport(options, {
        name: ({ dataset }) => dataset.name,
        obtain: (context) => obtainDataset("fashion-mnist", options.data, loadOptions(options, context)),
        model: async ({ dataset }) =>
          path === undefined
            ? studyModel({
                input: dataset.train.shape,
                classes: dataset.classNames.length,
                seed: options.seed,
              })
            : modelFromJson(path, parseJson(path, await readTextFile(path)), { seed: options.seed }),
      }),
    );
}
