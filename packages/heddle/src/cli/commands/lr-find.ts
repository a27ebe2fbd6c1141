import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { formatRate, learningRateCurve } from "@heddle/core/internal/figures/learning-rate-curve.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { limitNote } from "@heddle/core/internal/recipes/limit.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Settings } from "@heddle/core/internal/recipes/settings.js";
import { findLearningRate, type LearningRateFinding } from "@heddle/core/internal/tuning/lr-find.js";
import { obtainDataset } from "../../jobs/obtain-dataset.js";
import { openRecipe } from "../../jobs/recipe-file.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { writeFigures } from "../../rendering/write-figures.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import {
  fastOption,
  jsonOption,
  nonEmpty,
  positiveNumber,
  quietOption,
  threadsOption,
  wholeNumber,
} from "../options.js";
import { workLine } from "../progress.js";
import { grouped, settingOptions, typedSettings } from "../setting-options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";
import { recipeArgument } from "../training-command.js";

/** Settings that a search cannot use: it has its own learning rates, and its own end. */
const WITHOUT: readonly (keyof Settings)[] = [
  "learningRate",
  "schedule",
  "warmup",
  "lrEnd",
  "power",
  "epochs",
  "ema",
  "earlyStopping",
  "validationSplit",
];

/** Rows of the chart in the terminal, and how long its longest bar is. */
const ROWS = 20;
const BAR = 40;

/** The rates found, explained in the same words everywhere. */
const rules: readonly (readonly [name: "suggested" | "steepest" | "edge", label: string, rule: string])[] = [
  ["suggested", "Suggested", "a tenth of the edge of divergence: try it as the highest rate"],
  ["steepest", "Steepest", "where the smoothed loss falls most steeply: around it a model learns fastest"],
  ["edge", "Edge", "where a tenth of the loss's fall is lost again: above it, training diverges"],
];

const endings: Readonly<Record<LearningRateFinding["ended"], string>> = {
  diverged: "The loss diverged.",
  "not finite": "The numbers were no longer finite.",
  "at the last rate":
    "The last rate was reached without divergence: if the loss was still falling, raise --to.",
};

/** `heddle lr-find`: which learning rates to train with. */
export function lrFindCommand(shell: Shell) {
  const command = withDataOptions(
    new Command("lr-find")
      .description("search for a learning rate: raise it step by step and watch the loss")
      .addArgument(recipeArgument())
      .addOption(grouped("Search", fromOption()))
      .addOption(grouped("Search", toOption()))
      .addOption(
        grouped(
          "Search",
          new Option("--steps <n>", "steps in total").argParser(wholeNumber(20, 10_000)).default(300),
        ),
      ),
  );
  for (const option of settingOptions(WITHOUT)) command.addOption(option);
  return command
    .addOption(grouped("Training", threadsOption()))
    .addOption(grouped("Training", fastOption()))
    .addOption(
      grouped(
        "Output",
        new Option("--out <dir>", "folder of lr-find.svg, lr-find.png and lr-find.json")
          .argParser(nonEmpty)
          .default("lr-find"),
      ),
    )
    .addOption(grouped("Output", jsonOption()))
    .addOption(grouped("Output", quietOption()))
    .addHelpText(
      "after",
      `
The learning rate grows by the same factor from step to step until the loss
diverges. The model is discarded.

Examples:
  heddle lr-find
  heddle lr-find model.json --data ~/datasets/mnist --optimizer sgd
  heddle lr-find quick --data fashion-sketch --to 1 --steps 200 --json`,
    )
    .action(async (what, options) => {
      const { from, to, steps, out } = options;
      if (to <= from) {
        const expected = `a rate above --from, which is ${from}`;
        throw new HeddleError({ who: "--to", expected, received: String(to), next: "Swap them." });
      }
      const { settings: recipe, who } = await openRecipe(what);
      const settings = resolveSettings(recipe, typedSettings(options));
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        const { dataset } = await obtainDataset(
          "fashion-mnist",
          settings.data,
          loadOptions({ ...settings, offline: options.offline }, { signal, terminal }),
        );
        const note = limitNote(dataset.train, settings.limit);
        if (note !== undefined) terminal.warn(note);
        const training = trainingOf(settings, dataset, { threads: options.threads, who });
        const line = workLine(terminal, "Searching");
        const finding = await findLearningRate(training, { from, to, steps, signal, onStep: line });
        const { points, ended, ...rates } = finding;
        const title = `${training.model.name} on ${dataset.title}`;
        const figure = await drawFigure(learningRateCurve(finding, { title }));
        const json = {
          command: shell.commandLine,
          model: training.model.name,
          dataset: dataset.name,
          recipe: recipeOf(settings),
          ...rates,
          rules: Object.fromEntries(rules.map(([name, , rule]) => [name, rule])),
          ended,
          points,
        };
        await writeFigures(out, [figure]);
        await writeFileAtomic(join(out, "lr-find.json"), `${JSON.stringify(json, null, 2)}\n`);
        terminal.info(`${title}, batches of ${settings.batchSize}, ${settings.optimizer}\n`);
        terminal.info(chartOf(finding));
        terminal.info(`\n${endings[ended]}\n`);
        for (const [name, label, rule] of rules) {
          terminal.result(`${label.padEnd(12)} ${formatRate(rates[name]).padEnd(8)} ${rule}`);
        }
        terminal.result(`${"Figure".padEnd(12)} ${join(out, "lr-find.svg")}`);
        terminal.json({ ...rates, ended, steps: points.length, folder: out });
      } finally {
        release();
      }
    });
}

const fromOption = () =>
  new Option("--from <x>", "learning rate of the first step").argParser(positiveNumber).default(1e-6);
const toOption = () =>
  new Option("--to <x>", "learning rate of the last step").argParser(positiveNumber).default(10);

/** The smoothed loss as bars of plain characters, a row for each part of the rates. */
function chartOf({ points, edge, steepest, suggested }: LearningRateFinding): string {
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  const rows = points.filter((_, index) => index % every === 0);
  const losses = rows.map(({ smoothedLoss }) => smoothedLoss);
  const lowest = Math.min(...losses);
  // Where the loss diverges the bars only say so: what is looked at is where it falls.
  const highest = Math.min(Math.max(...losses), lowest + 1.35 * (losses[0]! - lowest) || Infinity);
  const notes = (index: number) =>
    [["suggested", suggested] as const, ["steepest", steepest] as const, ["edge", edge] as const]
      .filter(
        ([, rate]) =>
          rate >= rows[index]!.learningRate && !(rate >= (rows[index + 1]?.learningRate ?? Infinity)),
      )
      .map(([name]) => name)
      .join(", ");
  return rows
    .map(({ learningRate, smoothedLoss }, index) => {
      const share = Math.min(1, (smoothedLoss - lowest) / (highest - lowest || 1));
      const length = 1 + Math.round((BAR - 1) * share);
      const note = notes(index);
      const bar = "#".repeat(length).padEnd(note ? BAR : 0);
      return `${learningRate.toExponential(1).padStart(8)}  ${smoothedLoss.toFixed(4).padStart(8)}  ${bar}${note && `  <- ${note}`}`;
    })
    .join("\n");
}
