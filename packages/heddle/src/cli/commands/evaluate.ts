import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { counted, groupDigits, oneLine } from "@heddle/core/internal/base/format.js";
import { evaluateAnswers } from "../../jobs/evaluate/evaluate-answers.js";
import {
  type EvaluatedModel,
  evaluateModel,
  type ModelEvaluation,
} from "../../jobs/evaluate/evaluate-model.js";
import { subjectOf, writeEvaluationPage } from "../../jobs/evaluate/evaluation-page.js";
import { evaluationFacts } from "../../pages/evaluation-words.js";
import { checkPagePath } from "../../pages/write-page.js";
import { evaluationJson } from "../../runs/evaluation-record.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import {
  fastOption,
  jsonOption,
  modelArgument,
  modelRangeOption,
  nonEmpty,
  runDirOption,
  threadsOption,
} from "../options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle evaluate RUN`: every figure of merit of a run's model, or of any other. */
export function evaluateCommand(shell: Shell) {
  return withDataOptions(
    new Command("evaluate")
      .description("measure a run or a model on labelled images")
      .addArgument(modelArgument()),
  )
    .addOption(new Option("--stream", "leave images on disk: the default for a run that was trained with it"))
    .addOption(
      new Option("--split <split>", "the images to measure on")
        .choices(["test", "train"] as const)
        .default("test" as const),
    )
    .addOption(
      new Option("--against <run>", "a second run or model, compared on the same images").argParser(nonEmpty),
    )
    .addOption(
      new Option("--answers <file>", "measure answers that heddle serve --record kept, with their truth")
        .argParser(nonEmpty)
        .conflicts(["data", "split", "against", "report", "stream"]),
    )
    .addOption(new Option("--report [file]", "write an HTML page with all figures").argParser(nonEmpty))
    .addOption(modelRangeOption())
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Data must have the run's classes and image size; channels are converted. Each
look at a run's own test images is counted in its folder. The page goes to the
run's folder, or to the working folder for a model without a run, unless a file
is named; its figures are next to it as SVG and PNG.

Examples:
  heddle evaluate latest
  heddle evaluate runs/2026-03-04-153012-fashion-mnist --report --json
  heddle evaluate latest --against 2026-03-04-153012-fashion-mnist
  heddle evaluate latest --answers answers.jsonl
  heddle evaluate my-model --data ~/datasets/other --model-range 0..1`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        if (options.answers !== undefined)
          return await measureAnswers(run, options.answers, { terminal, signal, root: options.runDir });
        if (typeof options.report === "string") await checkPagePath(options.report);
        terminal.working("Evaluating");
        const measured = await evaluateModel(run, {
          ...{ root: options.runDir, data: options.data, split: options.split, against: options.against },
          ...{ threads: options.threads, fast: options.fast, stream: options.stream, signal },
          modelRange: options.modelRange,
          load: loadOptions(options, { signal, terminal }),
          onWarning: (message) => terminal.warn(message),
        });
        const report = options.report === undefined ? null : pagePath(options.report, measured);
        if (report !== null) {
          terminal.working("Drawing the figures");
          await writeEvaluationPage(report, measured, signal);
        }
        print(terminal, measured, report);
        terminal.json(asJson(measured, report));
      } finally {
        terminal.clear();
        release();
      }
    });
}

/** `--answers`: the model by what it answered as a server. */
async function measureAnswers(
  run: string,
  path: string,
  options: {
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
    readonly root: string;
  },
): Promise<void> {
  const { terminal, signal, root } = options;
  const onWarning = (message: string) => terminal.warn(message);
  const { name, evaluation, skipped } = await evaluateAnswers(run, path, { root, signal, onWarning });
  terminal.result(oneLine(`${name} by its answers in ${path}: ${groupDigits(evaluation.images)}`), "bold");
  for (const { label, value } of evaluationFacts(evaluation))
    terminal.result(`${label.padEnd(18)} ${oneLine(value)}`);
  const { withoutTruth, ofOtherWeights } = skipped;
  if (withoutTruth > 0) terminal.result(`${counted(withoutTruth, "answer")} without a truth`);
  if (ofOtherWeights > 0) terminal.result(`${counted(ofOtherWeights, "answer")} of other weights`);
  terminal.json({ model: name, answers: path, skipped, evaluation: evaluationJson(evaluation) });
}

/** Where the page goes: `--report` without a file puts it into the run's folder. */
function pagePath(report: string | true, { run, dataset, split }: ModelEvaluation): string {
  if (report !== true) return report;
  return join(run ?? "", `evaluation-${dataset.name}-${split}.html`);
}

function print(terminal: Terminal, measured: ModelEvaluation, report: string | null): void {
  const { evaluation, trained, testLooks, against } = measured;
  const line = (label: string, value: string) => terminal.result(`${label.padEnd(18)} ${oneLine(value)}`);
  const subject = oneLine(`${measured.name} on ${subjectOf(measured)}`);
  terminal.result(`${subject}: ${groupDigits(evaluation.images)}`, "bold");
  for (const { label, value } of evaluationFacts(evaluation)) {
    // The training's own loss differs if labels were smoothed or weights penalized.
    const differs = label === "Loss" && Math.abs(trained.loss - evaluation.loss) > 1e-4;
    line(label, differs ? `${value}; ${trained.loss.toFixed(4)} with the loss it was trained with` : value);
  }
  if (against) terminal.result(against.sentence, "bold");
  if (testLooks) terminal.result(against ? `${measured.name}: ${testLooks.sentence}` : testLooks.sentence);
  if (against?.model.testLooks) {
    terminal.result(`${against.model.name}: ${against.model.testLooks.sentence}`);
  }
  if (report !== null) line("Report", report);
}

function asJson(measured: ModelEvaluation, report: string | null) {
  const { dataset, split, against } = measured;
  return {
    dataset: { name: dataset.name },
    split,
    ...modelJson(measured, split),
    against: against && {
      ...modelJson(against.model, split),
      mcnemar: against.test,
      verdict: against.sentence,
    },
    report,
  };
}

function modelJson({ name, run, trained, evaluation, testLooks }: EvaluatedModel, split: "test" | "train") {
  const measured = { ...trained, images: evaluation.images };
  return { run, model: name, [split]: measured, evaluation: evaluationJson(evaluation), testLooks };
}
