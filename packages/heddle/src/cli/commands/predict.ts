import { Command } from "@commander-js/extra-typings";
import { formatPercent, formatTable, oneLine } from "@heddle/core/internal/base/format.js";
import { predictPictures } from "../../jobs/predict/predict-pictures.js";
import {
  allNonEmpty,
  fastOption,
  jsonOption,
  modelArgument,
  runDirOption,
  threadsOption,
} from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle predict RUN IMAGE…`: what a model sees in pictures. */
export function predictCommand(shell: Shell) {
  return new Command("predict")
    .description("say what a model sees in pictures")
    .addArgument(modelArgument())
    .argument("<image...>", "PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP or PNM files", allNonEmpty)
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Pictures are converted to grey if the model expects that, and scaled to its
input. For a model of grey images, those with a light background are inverted,
because its training images show light things on black; not if the run was
trained on a folder of pictures, which are read as they are.

Examples:
  heddle predict latest boot.jpg
  heddle predict latest photos/*.png --json`,
    )
    .action(async (run, paths, options) => {
      const terminal = new Terminal(shell, options);
      const { runDir: root, threads, fast } = options;
      await stoppable(terminal, async ({ signal }) => {
        const predictions = await predictPictures(run, paths, { root, threads, fast, signal });
        for (const { image, inverted, empty, top } of predictions) {
          const note = empty ? " (empty: all its pixels are the same)" : "";
          terminal.result(
            `${oneLine(image)}${inverted && !empty ? " (inverted: its background is light)" : note}`,
          );
          const rows = top.map(({ name, probability }) => [`  ${name}`, formatPercent(probability)]);
          terminal.result(formatTable(rows, [1]));
        }
        terminal.json({ predictions });
      });
    });
}
