import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { ImportChoices } from "@heddle/interchange";
import { importToFolder } from "../../jobs/import/import-file.js";
import { jsonOption, nonEmpty, runDirOption } from "../options.js";
import type { Shell } from "../shell.js";
import { Terminal } from "../terminal.js";

/** `heddle import FILE`: another program's model as a folder of Heddle's. */
export function importCommand(shell: Shell) {
  return new Command("import")
    .description("write another program's model, such as Keras's, as a folder of Heddle's")
    .argument("<file>", "a model's file, such as boots.keras or model.json, or its folder", nonEmpty)
    .addOption(
      new Option("--out <folder>", "the model's folder; the file's name by default").argParser(nonEmpty),
    )
    .addOption(
      new Option("--model <run>", "for weights alone: the model that they are set in").argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--mapping <file>",
        "for safetensors: JSON that says which tensors the weights are, such as PyTorch's",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--check <npz>",
        "arrays inputs and outputs of the other program, which the model has to answer alike",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--input-shape <HxWxC>",
        "the input's sizes where the file leaves them open, such as 224x224x3",
      ).argParser(sizes),
    )
    .addOption(
      new Option("--output <name>", "of an ONNX file with several, the one to read").argParser(nonEmpty),
    )
    .addOption(
      new Option("--unused-weights <what>", "of an ONNX file: weights that belong to nothing").choices([
        "refuse",
        "ignore",
      ]),
    )
    .option("--force", "replace an existing model")
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Every command that takes a model takes such files as they are. What a file says
about its training is used there, but is not part of a folder.

Examples:
  heddle import boots.keras
  heddle import boots.keras --out models/boots
  heddle import tfjs/model.json --out models/boots
  heddle import boots.weights.h5 --model latest
  heddle import net.safetensors --model latest --mapping torch.json
  heddle import net.onnx --check batch.npz
  heddle import net.onnx --input-shape 224x224x3
  heddle predict boots.keras photo.jpg`,
    )
    .action(async (file, options) => {
      const terminal = new Terminal(shell, options);
      const imported = await terminal.during("Reading the model", () =>
        importToFolder(file, {
          ...{ out: options.out, model: options.model, mapping: options.mapping, check: options.check },
          ...{ root: options.runDir, force: options.force ?? false },
          choices: choicesIn(options),
          onWarning: (message) => terminal.warn(message),
        }),
      );
      const { folder, layers, parameters, answers } = imported;
      const near = answers
        ? `; answers ${answers.samples} samples as ${options.check}: largest difference ${answers.largestDifference.toPrecision(2)}`
        : "";
      terminal.result(`${folder}: ${layers} layers, ${groupDigits(parameters)} parameters${near}`);
      terminal.json(imported);
    });
}

/** Those that were typed. */
function choicesIn(
  options: {
    readonly [Name in keyof ImportChoices]?: ImportChoices[Name] | undefined;
  },
): ImportChoices {
  const { inputShape, output, unusedWeights } = options;
  return {
    ...(inputShape && { inputShape }),
    ...(output !== undefined && { output }),
    ...(unusedWeights && { unusedWeights }),
  };
}

/** Sizes joined by `x`. */
function sizes(text: string): readonly number[] {
  if (/^[1-9]\d*(x[1-9]\d*)*$/.test(text)) return text.split("x").map(Number);
  throw new InvalidArgumentError("Expected whole numbers joined by x, such as 224x224x3.");
}
