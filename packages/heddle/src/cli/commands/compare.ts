import { Command, Option } from "@commander-js/extra-typings";
import { type ComparedRow, type Comparison, compareRuns } from "../../jobs/compare/compare-runs.js";
import { COMPARISON_PAGE, writeComparisonPage } from "../../jobs/compare/comparison-page.js";
import { checkPagePath } from "../../pages/write-page.js";
import { formatCommand } from "../../runs/command-line.js";
import { jsonOption, nonEmpty, runDirOption, runsArgument } from "../options.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { cell, tableOrBlocks } from "../table.js";
import { Terminal } from "../terminal.js";
import { wrapped } from "../terminal-text.js";

/** `heddle compare RUN RUN…`: what differs in how runs were made and in what came out. */
export function compareCommand(shell: Shell) {
  return new Command("compare")
    .description("compare runs side by side: settings that differ, results, curves")
    .addArgument(runsArgument())
    .addOption(
      new Option(
        "--report [file]",
        `write an HTML page with the curves; ${COMPARISON_PAGE} by default`,
      ).argParser(nonEmpty),
    )
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Whether one model is better than another by more than chance, image by image:
heddle evaluate RUN --against RUN.

Examples:
  heddle compare latest baseline
  heddle compare 2026-03-04-153012-mnist 2026-03-04-160114-mnist --report
  heddle compare runs/* --report all.html --json`,
    )
    .action(async (given, options) => {
      const terminal = new Terminal(shell, options);
      const report = options.report === true ? COMPARISON_PAGE : (options.report ?? null);
      await stoppable(terminal, async ({ signal }) => {
        if (report !== null) await checkPagePath(report);
        const comparison = await compareRuns(given, options.runDir, {
          signal,
          onWarning: (message) => terminal.warn(cell(message)),
        });
        if (report !== null) {
          terminal.working("Drawing the curves");
          await writeComparisonPage(report, comparison, signal).finally(() => terminal.clear());
        }
        if (!options.json) print(terminal, comparison, report);
        terminal.json(asJson(comparison, report));
      });
    });
}

function print(terminal: Terminal, comparison: Comparison, report: string | null): void {
  const { runs, settings, circumstances, results, notes, comparable } = comparison;
  const columns = terminal.tableColumns;
  const text = (line: string) => terminal.result(wrapped(line, columns));
  for (const { letter, id, name } of runs) {
    text(`${letter}  ${cell(id)}${name === null ? "" : `, ${cell(name)}`}`);
  }
  const table = (title: string, rows: readonly ComparedRow[], none: string) => {
    terminal.result("");
    if (rows.length === 0) {
      text(none);
      return;
    }
    const cells = rows.map(({ label, values }) => [label, ...values.map((value) => value ?? "-")].map(cell));
    terminal.result(title, "bold");
    terminal.result(tableOrBlocks(["", ...runs.map(({ letter }) => letter)], cells, { columns }));
  };
  table("Results", results, "No run has a result yet.");
  table("Settings that differ", settings, "Every setting is the same.");
  table("Circumstances that differ", circumstances, "Data, programs and machine are the same.");
  terminal.result("");
  for (const note of notes) text(cell(note));
  if (comparable) {
    const [first, second] = runs.map(({ path }) => path);
    text(`The test: ${formatCommand(["heddle", "evaluate", first!, "--against", second!])}`);
  }
  if (report !== null) terminal.result(`${"Report".padEnd(18)} ${report}`);
}

/** Values are in the order of the runs. */
function asJson({ runs, settings, circumstances, results, notes }: Comparison, report: string | null) {
  const byLabel = (rows: readonly ComparedRow[]) =>
    Object.fromEntries(rows.map(({ label, values }) => [label, values]));
  return {
    runs: runs.map(({ id, path, name, status, metrics, macroF1, epochs }) => ({
      ...{ id, path, name, status, epochs: epochs.length },
      metrics: metrics ?? null,
      macroF1: macroF1 ?? null,
    })),
    differences: { settings: byLabel(settings), circumstances: byLabel(circumstances) },
    results: byLabel(results),
    notes,
    report,
  };
}
