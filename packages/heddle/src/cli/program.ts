import { inspect } from "node:util";
import { Command, type CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { AbortedError, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { stayNarrow } from "@heddle/core/internal/engine/wide.js";
import { heddleVersion } from "../system/version.js";
import { inFlags, optionsOf } from "./flag-words.js";
import { type Output, Shell } from "./shell.js";
import { EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE } from "./signals.js";
import { fitted, shown } from "./terminal.js";

/**
 * Every command, in the order of the help. Only the one that was typed is loaded: `heddle runs` starts in half the
 * time, a study 0.06 s sooner.
 */
const commands: Readonly<Record<string, (shell: Shell) => Promise<CommandUnknownOpts>>> = {
  study: async (shell) => (await import("./commands/study.js")).studyCommand(shell),
  studio: async (shell) => (await import("./commands/studio.js")).studioCommand(shell),
  train: async (shell) => (await import("./commands/train.js")).trainCommand(shell),
  sweep: async (shell) => (await import("./commands/sweep.js")).sweepCommand(shell),
  "lr-find": async (shell) => (await import("./commands/lr-find.js")).lrFindCommand(shell),
  data: async (shell) => (await import("./commands/data.js")).dataCommand(shell),
  convert: async (shell) => (await import("./commands/convert.js")).convertCommand(shell),
  evaluate: async (shell) => (await import("./commands/evaluate.js")).evaluateCommand(shell),
  predict: async (shell) => (await import("./commands/predict.js")).predictCommand(shell),
  explain: async (shell) => (await import("./commands/explain.js")).explainCommand(shell),
  plan: async (shell) => (await import("./commands/plan.js")).planCommand(shell),
  import: async (shell) => (await import("./commands/import.js")).importCommand(shell),
  export: async (shell) => (await import("./commands/export.js")).exportCommand(shell),
  "verify-export": async (shell) => (await import("./commands/verify-export.js")).verifyExportCommand(shell),
  serve: async (shell) => (await import("./commands/serve.js")).serveCommand(shell),
  verify: async (shell) => (await import("./commands/verify.js")).verifyCommand(shell),
  runs: async (shell) => (await import("./commands/runs.js")).runsCommand(shell),
  compare: async (shell) => (await import("./commands/compare.js")).compareCommand(shell),
  report: async (shell) => (await import("./commands/report.js")).reportCommand(shell),
};

/** The arguments fit no command, or they ask for help, which also ends it. */
class UsageError extends Error {
  constructor(
    override readonly cause: CommanderError,
    readonly command: CommandUnknownOpts,
  ) {
    super(inFlags(cause.message.replace(/^error: /, ""), optionsOf(command)));
  }
}

/**
 * Runs `heddle` in this process.
 *
 * @param words what was typed after `heddle`
 * @returns the exit code: 0, 1 for a bug or different weights, 2 for wrong arguments or data, 130 after Ctrl-C
 * @example
 * await runProgram(["runs", "--json"], process);
 */
export async function runProgram(
  words: readonly string[],
  streams: { readonly stdout: Output; readonly stderr: Output },
): Promise<number> {
  const shell = new Shell(
    words.filter((word) => word !== "--verbose" && word !== "--no-wide"),
    streams,
  );
  if (words.includes("--no-wide")) stayNarrow();
  if (words.includes("--verbose") && asksForVersion(shell.words)) {
    const { versionDetails } = await import("./version-details.js");
    streams.stdout.write(`${await versionDetails()}\n`);
    return 0;
  }
  const program = await buildProgram(shell);
  try {
    await program.parseAsync(shell.words, { from: "user" });
    return shell.exitCode;
  } catch (thrown) {
    return explain(thrown, shell, words.includes("--verbose"));
  }
}

/** The program with the command that the shell's words name, or with all commands if they name none. */
export async function buildProgram(shell: Shell): Promise<CommandUnknownOpts> {
  const program = new Command("heddle")
    .description("Trains, evaluates, explains and ships small image classifiers.")
    .version(heddleVersion)
    .option("--verbose", "show where an error came from; with --version, what Heddle runs on")
    .option("--no-wide", "keep to 128-bit vectors: slower where Node can use 256 bits, the same results")
    .showSuggestionAfterError()
    // Options after the name of a command are that command's.
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `
Examples:
  heddle study fashion-mnist
  heddle evaluate latest
  heddle predict latest boot.jpg
  heddle train --help`,
    )
    .hook("preAction", (_, command) => {
      shell.options = optionsOf(command);
    });
  for (const name of commandsFor(shell.words)) program.addCommand(await commands[name]!(shell));
  failByThrowing(program, shell);
  return program;
}

function asksForVersion([word]: readonly string[]): boolean {
  return word === "--version" || word === "-V";
}

/** The commands to load: the one that was typed, otherwise all, for the help and for "did you mean". */
function commandsFor(words: readonly string[]): readonly string[] {
  if (asksForVersion(words)) return [];
  const [word] = words;
  return word !== undefined && Object.hasOwn(commands, word) ? [word] : Object.keys(commands);
}

/** Every command fails the same way: by throwing what {@link explain} prints. */
function failByThrowing(command: CommandUnknownOpts, shell: Shell): void {
  const { stdout, stderr } = shell;
  command
    .exitOverride((thrown) => {
      throw new UsageError(thrown, command);
    })
    .configureOutput({
      outputError: () => {},
      writeOut: (text) => stdout.write(fitted(stdout, text)),
      writeErr: (text) => stderr.write(fitted(stderr, text)),
      getOutHelpWidth: () => (stdout.isTTY ? stdout.columns : undefined) ?? 80,
      getErrHelpWidth: () => (stderr.isTTY ? stderr.columns : undefined) ?? 80,
    });
  for (const child of command.commands) failByThrowing(child, shell);
}

/** Prints what went wrong and returns the exit code. */
function explain(thrown: unknown, shell: Shell, verbose: boolean): number {
  const { stderr } = shell;
  if (thrown instanceof UsageError) {
    const { cause, command, message } = thrown;
    if (cause.exitCode === 0) return 0;
    if (cause.code !== "commander.help") {
      complain(stderr, `${message}${/[.?)]$/.test(message) ? "" : "."} See ${pathOf(command)} --help.`);
    }
    return EXIT_USAGE;
  }
  const message = shell.inFlags(messageOf(thrown));
  if (thrown instanceof AbortedError) {
    // Its lines say how to resume.
    stderr.write(`${shown(`heddle: ${message}`)}\n`);
    return EXIT_INTERRUPTED;
  }
  complain(stderr, message);
  if (verbose) stderr.write(`${inspect(thrown)}\n`);
  return thrown instanceof HeddleError ? EXIT_USAGE : EXIT_FAULT;
}

/** One line, even where a file or a library put several, or commands to the terminal, into its message. */
function complain(stderr: Output, message: string): void {
  const line = message.replace(/\s*[\r\n]+\s*/g, " ").replace(/\p{Cc}/gu, "\u{fffd}");
  stderr.write(`${shown(`heddle: ${line}`)}\n`);
}

/** A command with its parents: `heddle study fashion-mnist`. */
function pathOf(command: CommandUnknownOpts): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
