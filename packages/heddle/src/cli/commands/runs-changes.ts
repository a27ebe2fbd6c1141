import { basename } from "node:path";
import { createInterface } from "node:readline/promises";
import { Argument, Command, Option } from "@commander-js/extra-typings";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { cleanRuns } from "../../runs/clean-runs.js";
import {
  deleteRunFolder,
  findToDelete,
  nameRun,
  renameRunFolder,
  tagRun,
} from "../../runs/run-store-changes.js";
import { jsonOption, nonEmpty, runArgument, runDirOption, runsArgument } from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { cell } from "../table.js";
import { Terminal } from "../terminal.js";

/** `heddle runs tag RUN TAG…`. */
export function tagCommand(shell: Shell) {
  return new Command("tag")
    .description("add tags to a run, or remove them")
    .addArgument(runArgument())
    .argument("<tags...>", "letters, digits, dots, hyphens, underscores or any of : = +")
    .option("--remove", "remove them instead")
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExamples:\n  heddle runs tag latest baseline\n  heddle runs tag latest baseline --remove",
    )
    .action(async (given, tags, options, command) => {
      const terminal = new Terminal(shell, options);
      const onWarning = (message: string) => terminal.warn(cell(message));
      const change = { remove: options.remove ?? false, onWarning };
      const { run, ...now } = await tagRun(rootOf(command), given, tags, change);
      const shown = now.tags.length > 0 ? now.tags.join(" ") : "no tags";
      if (!options.json) terminal.result(cell(`${run.id}: ${shown}`));
      terminal.json({ id: run.id, path: run.path, ...now });
    });
}

/** `heddle runs rename RUN NAME`. */
export function renameCommand(shell: Shell) {
  return new Command("rename")
    .description("name a run, so that every command finds it by that name")
    .addArgument(runArgument())
    .addArgument(new Argument("<name>", "the name; the run's own id removes it").argParser(nonEmpty))
    .option("--folder", "also rename its folder, and with it its id")
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A name can be typed wherever the id can. With --folder the folder itself is
renamed; its reports and its record stay as they are.

Examples:
  heddle runs rename latest wide-head
  heddle evaluate wide-head
  heddle runs rename latest wide-head --folder`,
    )
    .action(async (given, name, options, command) => {
      const root = rootOf(command);
      const run = options.folder
        ? await renameRunFolder(root, given, name)
        : await nameRun(root, given, name);
      const terminal = new Terminal(shell, options);
      const now = await run.readTags((message) => terminal.warn(cell(message)));
      if (!options.json) {
        const called = now.name === null ? "has no name" : `is called ${now.name}`;
        terminal.result(cell(options.folder ? `The run is now in ${run.path}` : `${run.id} ${called}.`));
      }
      terminal.json({ id: run.id, path: run.path, ...now });
    });
}

/** `heddle runs delete RUN…`. */
export function deleteCommand(shell: Shell) {
  return new Command("delete")
    .description("delete runs, for good")
    .addArgument(runsArgument())
    .addOption(new Option("--yes", "do not ask"))
    .addOption(new Option("--force", "also delete a run that is in progress"))
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Nothing is deleted unless all of the runs can be.

Examples:
  heddle runs delete 2026-03-04-153012-mnist
  heddle runs delete wide-head latest --yes`,
    )
    .action(async (given, options, command) => {
      const terminal = new Terminal(shell, options);
      const paths = await findToDelete(rootOf(command), given, {
        force: options.force ?? false,
      });
      const ids = paths.map((path) => basename(path));
      if (!options.yes && !(await confirmed(terminal, ids))) {
        terminal.result("Nothing was deleted.");
        terminal.json({ deleted: [] });
        return;
      }
      await stoppable(terminal, async ({ check }) => {
        for (const path of paths) {
          await check("Deleting runs");
          await deleteRunFolder(path);
        }
      });
      if (!options.json) terminal.result(cell(`Deleted ${ids.join(", ")}`));
      terminal.json({ deleted: ids });
    });
}

/** `heddle runs clean`. */
export function cleanCommand(shell: Shell) {
  return new Command("clean")
    .description("remove what killed commands left behind")
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Temporary files, half-deleted runs and locks are removed if the process that
made them is gone. Runs stay as they are, also those that were killed.

Example:
  heddle runs clean`,
    )
    .action(async (options, command) => {
      const terminal = new Terminal(shell, options);
      await stoppable(terminal, async ({ signal }) => {
        const removed = await cleanRuns(rootOf(command), signal);
        for (const path of removed) terminal.result(cell(`Removed ${path}`));
        if (removed.length === 0) terminal.result("Nothing was left behind.");
        terminal.json({ removed });
      });
    });
}

/** Asks for confirmation, which needs a terminal. */
async function confirmed(terminal: Terminal, ids: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new HeddleError({
      who: "Deleting runs",
      expected: "a terminal to ask in",
      received: "none",
      next: "Add --yes to delete without asking.",
    });
  }
  for (const id of ids) terminal.result(`  ${cell(id)}`);
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => asked.once("close", () => resolve("")));
  // In a terminal that readline has set to raw mode, Ctrl-C is a key and no signal.
  const interrupted = new Promise<never>((_, reject) =>
    asked.once("SIGINT", () => reject(new AbortedError("Stopped: nothing was deleted."))),
  );
  const what = ids.length === 1 ? "this run" : `these ${groupDigits(ids.length)} runs`;
  const question = asked.question(`Delete ${what} for good? (y/N) `);
  try {
    const answer = await Promise.race([question, closed, interrupted]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asked.close();
  }
}

/** `--run-dir` counts before the command's name as well as after it. */
function rootOf(command: { opts(): { runDir: string }; parent: unknown }): string {
  const parent = command.parent as Command | null;
  const own = command as unknown as Command;
  const above = parent?.getOptionValueSource("runDir") === "cli";
  return above && own.getOptionValueSource("runDir") !== "cli"
    ? String((parent.opts() as { runDir?: string }).runDir)
    : command.opts().runDir;
}
