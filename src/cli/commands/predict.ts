import { Command } from "@commander-js/extra-typings";
import { formatPercent, formatTable } from "../../base/format.js";
import { sizeOf } from "../../base/shape.js";
import { type Picture, readPicture } from "../../data/index-node.js";
import { openRun } from "../../study/open-run.js";
import { fastOption, jsonOption, runArgument, runDirOption, threadsOption } from "../options.js";
import { Terminal } from "../terminal.js";

/** How many classes are shown for a picture. */
const TOP = 3;

/** `heddle predict RUN IMAGE…`: what a run's model sees in pictures. */
export function predictCommand() {
  return new Command("predict")
    .description("say what a run's model sees in pictures")
    .addArgument(runArgument())
    .argument("<image...>", "PNG, JPEG, WebP, GIF, TIFF or AVIF files")
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Pictures are turned to grey if the model wants that, scaled to its input, and
inverted when their background is light.

Examples:
  heddle predict latest boot.jpg
  heddle predict latest photos/*.png --json`,
    )
    .action(async (run, paths, options) => {
      const terminal = new Terminal(options);
      const { record, model } = await openRun(run, options.runDir, options);
      try {
        const { classNames } = record.dataset;
        const [height, width, channels] = model.inputShape as readonly [number, number, number];
        const pictures: Picture[] = [];
        for (const path of paths) pictures.push(await readPicture(path, { height, width, channels }));

        const size = sizeOf(model.inputShape);
        const images = new Uint8Array(paths.length * size);
        pictures.forEach(({ pixels }, index) => {
          images.set(pixels, index * size);
        });
        const outputs = await model.predict({ images, count: paths.length, shape: model.inputShape });
        const units = sizeOf(model.outputShape);
        const predictions = paths.map((image, index) => ({
          image,
          inverted: pictures[index]!.inverted,
          top: topClasses(outputs.subarray(index * units, (index + 1) * units), classNames),
        }));
        for (const { image, inverted, top } of predictions) {
          terminal.result(`${image}${inverted ? " (inverted: its background is light)" : ""}`);
          const rows = top.map(({ name, probability }) => [`  ${name}`, formatPercent(probability)]);
          terminal.result(formatTable(rows, [1]));
        }
        terminal.json({ predictions });
      } finally {
        model.dispose();
      }
    });
}

function topClasses(probabilities: Float32Array, classNames: readonly string[]) {
  return (
    [...probabilities]
      // A model may have more outputs than its data had classes.
      .map((probability, label) => ({ label, name: classNames[label] ?? `class ${label}`, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, TOP)
  );
}
