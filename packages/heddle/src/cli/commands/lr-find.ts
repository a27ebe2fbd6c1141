import { Command, Option } from "@commander-js/extra-typings";
import { formatRate } from "@heddle/core/internal/figures/learning-rate-curve.js";
import { resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Settings } from "@heddle/core/internal/recipes/settings.js";
import type { LearningRateFinding } from "@heddle/core/internal/tuning/lr-find.js";
import { findRate, rateRules } from "../../jobs/lr-find/find-rate.js";
import { readAsForModelOf } from "../../jobs/read-as.js";
import { openRecipe } from "../../jobs/recipe-file.js";
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
  "folds",
  "from",
  "frozenEpochs",
];

/** Rows of the chart in the terminal, and how long its longest bar is. */
const ROWS = 20;
const BAR = 40;

const rateLabels = { suggested: "Suggested", steepest: "Steepest", edge: "Edge" } as const;
const rateNames = ["suggested", "steepest", "edge"] as const;

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
      const { from, to, steps, threads, offline, out } = options;
      const { settings: recipe, who } = await openRecipe(what);
      // Its own --from is the first rate, not the model that a training starts from.
      const { from: _, ...typed } = typedSettings(options);
      const settings = resolveSettings(recipe, typed);
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        const { title, batchSize, finding, figurePath } = await findRate({
          settings,
          chosenBatchSize: typed.batchSize ?? recipe.batchSize,
          who,
          command: shell.commandLine,
          from,
          to,
          steps,
          load: {
            ...loadOptions({ ...settings, offline }, { signal, terminal }),
            readAs: readAsForModelOf(settings, who),
          },
          threads,
          folder: out,
          signal,
          onStep: workLine(terminal, "Searching"),
          onWarning: (message) => terminal.warn(message),
        });
        const { points, ended, ...rates } = finding;
        terminal.info(`${title}, batches of ${batchSize}, ${settings.optimizer}\n`);
        terminal.info(chartOf(finding));
        terminal.info(`\n${endings[ended]}\n`);
        for (const name of rateNames) {
          const [label, rate] = [rateLabels[name].padEnd(12), formatRate(rates[name]).padEnd(8)];
          terminal.result(`${label} ${rate} ${rateRules[name]}`);
        }
        terminal.result(`${"Figure".padEnd(12)} ${figurePath}`);
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
function chartOf(finding: LearningRateFinding): string {
  const { points } = finding;
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  const rows = points.filter((_, index) => index % every === 0);
  const losses = rows.map(({ smoothedLoss }) => smoothedLoss);
  const lowest = Math.min(...losses);
  // The scale is for the part where the loss falls; where it diverges, all bars are of full length.
  const highest = Math.min(Math.max(...losses), lowest + 1.35 * (losses[0]! - lowest) || Infinity);
  const notes = (index: number) => {
    const [here, next] = [rows[index]!.learningRate, rows[index + 1]?.learningRate ?? Infinity];
    return rateNames.filter((name) => finding[name] >= here && finding[name] < next).join(", ");
  };
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
