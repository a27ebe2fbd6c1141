import { Command, Option } from "@commander-js/extra-typings";
import { explainRun } from "../../jobs/explain/run.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import { setsAlso } from "../flag-words.js";
import {
  DEFAULT_SEED,
  fastOption,
  jsonOption,
  modelArgument,
  modelRangeOption,
  nonEmpty,
  quietOption,
  runDirOption,
  threadsOption,
  wholeNumber,
} from "../options.js";
import { workLine } from "../progress.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle explain RUN [IMAGE]`: what a model looks at, as a page with figures. */
export function explainCommand(shell: Shell) {
  const pixels = wholeNumber(1, 65536);
  return withDataOptions(
    new Command("explain")
      .description("look into a model: filters, feature maps, Grad-CAM, occlusion, a map of images")
      .addArgument(modelArgument())
      .argument("[image]", "a picture file, or test:17 or train:3 of the run's data", nonEmpty),
  )
    .addOption(new Option("--stream", "leave images on disk: the default for a run that was trained with it"))
    .addOption(
      new Option("--layer <name>", "Grad-CAM's layer; the last convolution by default").argParser(nonEmpty),
    )
    .addOption(
      setsAlso(
        new Option("--class <name>", "the class to explain; the predicted one by default").argParser(
          nonEmpty,
        ),
        "className",
      ),
    )
    .addOption(
      new Option(
        "--patch <n>",
        "side of the patch that hides a part, in pixels; a fifth of the image by default",
      ).argParser(pixels),
    )
    .addOption(new Option("--stride <n>", "pixels between two patches; about 1 by default").argParser(pixels))
    .addOption(
      new Option("--map-images <n>", "most test images in the map")
        .argParser(wholeNumber(4, 20000))
        .default(2000),
    )
    .addOption(
      new Option("--seed <n>", "decides which test images the map shows, and where it begins")
        .argParser(wholeNumber(0))
        .default(DEFAULT_SEED),
    )
    .addOption(
      new Option("--out <dir>", "where the page goes; explain/ in the run's folder by default").argParser(
        nonEmpty,
      ),
    )
    .addOption(modelRangeOption())
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Without an image: the filters of every convolution, a map of test images, and a
gallery with Grad-CAM and occlusion. With one: the predicted class, the evidence
for it, and the feature maps of every layer. docs/explain.md says how each is
computed, and how not to over-read it.

Each look at the run's own test images is counted in its folder.

Examples:
  heddle explain latest
  heddle explain latest boot.jpg
  heddle explain latest test:17 --class Sneaker --layer conv2d`,
    )
    .action(async (run, image, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      const { data, stream, out, runDir, threads, fast = false } = options;
      const { modelRange, layer, class: className, patch, stride, mapImages, seed } = options;
      try {
        const explained = await explainRun({
          run,
          root: runDir,
          image,
          modelRange,
          out,
          signal,
          data: { data, stream, load: loadOptions(options, { signal, terminal }) },
          method: { layer, className, patch, stride, mapImages, seed },
          engine: { threads, fast },
          events: {
            onWarning: (message) => terminal.warn(message),
            onStage: (what) => (terminal.live ? terminal.working(what) : terminal.info(what)),
            onProgress: stageLines(terminal),
          },
        });
        for (const note of explained.notes) terminal.warn(note);
        for (const finding of explained.findings) terminal.result(finding);
        const { page, figures, findings, notes, testLooks, details } = explained;
        if (testLooks) terminal.result(testLooks.sentence);
        terminal.result(page, "bold");
        terminal.json({ ...details, page, figures, findings, notes, testLooks });
      } finally {
        terminal.clear();
        release();
      }
    });
}

/** A line that is rewritten, for each part of the work. */
function stageLines(terminal: Terminal): (what: string, share: number) => void {
  let stage: string | undefined;
  let line = workLine(terminal, "");
  return (what, share) => {
    if (what !== stage) line = workLine(terminal, what);
    stage = what;
    line(share, 1);
  };
}
