import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { counted, formatDuration, formatPercent } from "@heddle/core/internal/base/format.js";
import { parseSince, queryRuns, sortKeys } from "../../runs/run-query.js";
import { type DamagedRun, listedStatuses, type RunSummary, readRuns } from "../../runs/run-store.js";
import { allNonEmpty, jsonOption, nonEmpty, runDirOption, wholeNumber } from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { cell, tableOrBlocks } from "../table.js";
import { Terminal } from "../terminal.js";
import { wrapped } from "../terminal-text.js";
import { cleanCommand, deleteCommand, renameCommand, tagCommand } from "./runs-changes.js";

const DAMAGED = "damaged";

/** `heddle runs`: lists, names and deletes runs. */
export function runsCommand(shell: Shell) {
  return (
    new Command("runs")
      .description("list runs; tag, rename, delete and clean them")
      // Options after tag, rename, delete and clean belong to those.
      .enablePositionalOptions()
      .addOption(
        new Option("--sort <key>", "what to sort by, the newest, best or smallest first")
          .choices(sortKeys)
          .default("date" as const),
      )
      .option("--reverse", "reverse the order")
      .addOption(
        new Option("--status <status>", "only runs with this status").choices([
          ...listedStatuses,
          DAMAGED,
        ] as const),
      )
      .addOption(new Option("--dataset <name>", "only runs on this dataset").argParser(nonEmpty))
      .addOption(tagOption())
      .addOption(sinceOption())
      .addOption(new Option("--limit <n>", "at most this many").argParser(wholeNumber(1)))
      .addOption(runDirOption())
      .addOption(jsonOption())
      .addCommand(tagCommand(shell))
      .addCommand(renameCommand(shell))
      .addCommand(deleteCommand(shell))
      .addCommand(cleanCommand(shell))
      .addHelpText(
        "after",
        `
A run that cannot be read is listed as damaged, with the reason. Wherever a
command takes a run it takes its id, its folder, its name, or latest.

Examples:
  heddle runs
  heddle runs --sort accuracy --dataset fashion-mnist --limit 10
  heddle runs --status stopped --since 7d
  heddle runs tag latest baseline
  heddle runs rename latest wide-head
  heddle runs delete 2026-03-04-153012-mnist
  heddle runs clean
  heddle runs --tag baseline --json`,
      )
      .action(async (options) => {
        const terminal = new Terminal(shell, options);
        await stoppable(terminal, async ({ signal }) => {
          const found = await readRuns(options.runDir, signal);
          const { status } = options;
          const filters = [status, options.dataset, options.tag, options.since];
          const runs =
            status === DAMAGED ? [] : queryRuns(found.runs, { ...options, status, tags: options.tag });
          // Nothing is known of a damaged run, so it matches no filter but its own.
          const showDamaged = status === DAMAGED || filters.every((filter) => filter === undefined);
          const damaged = showDamaged ? found.damaged : [];
          for (const message of found.warnings) terminal.warn(cell(message));
          if (!options.json) print(terminal, { ...found, root: options.runDir }, runs, damaged);
          terminal.json({ runs, damaged });
        });
      })
  );
}

/** Not variadic, because that would swallow the name of a command after it. */
function tagOption() {
  return new Option("--tag <tag>", "only runs with this tag; repeat it to require several").argParser(
    allNonEmpty,
  );
}

function sinceOption() {
  return new Option(
    "--since <when>",
    "only runs begun since a date, such as 2026-03-04, or 12h, 7d or 2w ago",
  ).argParser((text) => {
    const since = parseSince(text);
    if (since) return since;
    throw new InvalidArgumentError(
      "Expected a date such as 2026-03-04, or a time such as 30m, 12h, 7d or 2w.",
    );
  });
}

function print(
  terminal: Terminal,
  all: {
    readonly runs: readonly RunSummary[];
    readonly damaged: readonly DamagedRun[];
    readonly root: string;
  },
  runs: readonly RunSummary[],
  damaged: readonly DamagedRun[],
): void {
  const columns = terminal.tableColumns;
  const total = all.runs.length + all.damaged.length;
  if (runs.length + damaged.length === 0) {
    terminal.result(
      total === 0
        ? `No runs in ${cell(all.root)}. heddle study fashion-mnist makes one; --run-dir names another folder.`
        : `None of the ${counted(total, "run")} in ${cell(all.root)} matches.`,
    );
    return;
  }
  if (runs.length > 0) {
    const hasFolds = runs.some(({ crossValidation }) => crossValidation !== null);
    const measured = ["Test", "Interval", ...(hasFolds ? ["Folds", "Interval"] : [])];
    const head = ["Run", "Status", "Dataset", ...measured, "Epochs", "Seed", "Time", "Name", "Tags"];
    const right = Array.from({ length: measured.length + 3 }, (_, index) => 3 + index);
    terminal.result(
      tableOrBlocks(
        head,
        runs.map((run) => rowOf(run, hasFolds)),
        { right, columns },
      ),
    );
  }
  if (damaged.length > 0 && runs.length > 0) terminal.result("");
  for (const { id, reason } of damaged) {
    terminal.result(wrapped(`${cell(id)}  ${DAMAGED}: ${cell(reason)}`, columns));
  }
  const unseen = all.damaged.length - damaged.length;
  if (unseen > 0)
    terminal.info(`\n${counted(unseen, "run")} cannot be read: heddle runs --status ${DAMAGED}`);
}

function rowOf(run: RunSummary, hasFolds: boolean): readonly string[] {
  const { done, planned } = run.epochs;
  const { testAccuracy, testInterval, crossValidation } = run;
  return [
    cell(run.id),
    run.status,
    cell(run.dataset),
    ...shareCells(testAccuracy, testInterval),
    ...(hasFolds ? shareCells(crossValidation?.accuracy, crossValidation?.interval) : []),
    planned === done ? String(done) : `${done}/${planned}`,
    String(run.seed),
    run.seconds === null ? "-" : formatDuration(run.seconds),
    cell(run.name ?? ""),
    cell(run.tags.join(" ")),
  ];
}

/** An accuracy and its interval, `92.71%` and `92.2 – 93.2%`. */
function shareCells(
  accuracy: number | null | undefined,
  interval: RunSummary["testInterval"] | undefined,
): readonly string[] {
  return [
    typeof accuracy === "number" ? formatPercent(accuracy) : "-",
    interval ? `${(100 * interval.low).toFixed(1)} – ${formatPercent(interval.high, 1)}` : "-",
  ];
}
