#!/usr/bin/env node
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { AbortedError, HeddleError, messageOf } from "../base/errors.js";
import { heddleVersion } from "../base/version-node.js";
import { dataCommand } from "./commands/data.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { planCommand } from "./commands/plan.js";
import { predictCommand } from "./commands/predict.js";
import { studyCommand } from "./commands/study.js";
import { trainCommand } from "./commands/train.js";
import { EXIT_INTERRUPTED } from "./signals.js";

/** What the user gave is wrong. */
const EXIT_USAGE = 2;
/** Something else went wrong. */
const EXIT_FAULT = 1;

const program = new Command("heddle")
  .description("Trains, evaluates, explains and ships small image classifiers.")
  .version(heddleVersion)
  .option("--verbose", "show where an error came from")
  .showSuggestionAfterError()
  .addCommand(studyCommand())
  .addCommand(trainCommand())
  .addCommand(dataCommand())
  .addCommand(evaluateCommand())
  .addCommand(predictCommand())
  .addCommand(planCommand());

/** Every command fails the same way: one line on standard error and an exit code. */
function failByThrowing(command: CommandUnknownOpts): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) failByThrowing(child);
}

async function main(): Promise<void> {
  failByThrowing(program);
  // A closed pipe (| head) ends the program quietly.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) =>
      process.exit(error.code === "EPIPE" ? 0 : EXIT_FAULT),
    );
  }
  const verbose = process.argv.includes("--verbose");
  const words = process.argv.filter((word) => word !== "--verbose");
  try {
    await program.parseAsync(words);
  } catch (thrown) {
    process.exitCode = explain(thrown, verbose);
  }
}

/** Prints what went wrong and gives the exit code. */
function explain(thrown: unknown, verbose: boolean): number {
  if (thrown instanceof CommanderError) {
    // Help and version end this way too, after they have printed.
    if (thrown.exitCode === 0) return 0;
    if (thrown.code === "commander.help") return EXIT_USAGE;
    const message = thrown.message.replace(/^error: /, "").replaceAll("\n", " ");
    process.stderr.write(`heddle: ${message} (heddle --help)\n`);
    return EXIT_USAGE;
  }
  const message = messageOf(thrown);
  process.stderr.write(`heddle: ${message}\n`);
  if (verbose && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  if (thrown instanceof AbortedError) return EXIT_INTERRUPTED;
  return thrown instanceof HeddleError ? EXIT_USAGE : EXIT_FAULT;
}

await main();
