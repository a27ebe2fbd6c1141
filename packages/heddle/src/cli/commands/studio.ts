import { once } from "node:events";
import { Argument, Command, Option } from "@commander-js/extra-typings";
import { given } from "../../jobs/studio/given-data.js";
import { serveStudio } from "../../jobs/studio/serve-studio.js";
import { openBrowser } from "../../system/open-browser.js";
import { loadOptions, withReadingOptions } from "../data-options.js";
import { jsonOption, nonEmpty, offlineOption, runDirOption, wholeNumber } from "../options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** The same each time, so that a page finds again what the browser keeps for its address. */
const DEFAULT_PORT = 4664;

/** `heddle studio`: a page on which to train and to look at what a model does. */
export function studioCommand(shell: Shell) {
  const command = new Command("studio")
    .description("train in a page of your browser, and see what the model gets wrong")
    .addArgument(
      new Argument(
        "[what]",
        "a run, or data: a folder, an archive, a CSV, npz or Parquet file, or a known name",
      ).argParser(nonEmpty),
    );
  return withReadingOptions(command)
    .addOption(offlineOption())
    .addOption(
      new Option("--port <n>", "the port of the page; a free one if it is taken")
        .argParser(wholeNumber(0, 65535))
        .default(DEFAULT_PORT),
    )
    .addOption(runDirOption())
    .addOption(new Option("--no-open", "print the address, and open no browser"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Only this machine can open the page, and only by the address that is printed: it
holds a secret. The page computes in the browser and sends nothing anywhere.
Without an argument it opens Fashion-MNIST if that is on this machine, otherwise
clothes that are drawn by code. Ctrl-C ends it.

Examples:
  heddle studio
  heddle studio latest
  heddle studio ~/pictures/boots
  heddle studio letters.csv --no-open`,
    )
    .action(async (what, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      if (what !== undefined) terminal.working("Reading the data");
      const gives = await given(what, options.runDir, loadOptions(options, { signal, terminal })).finally(
        () => {
          terminal.clear();
          release();
        },
      );
      const { url, close } = await serveStudio({ ...gives, runsFolder: options.runDir, port: options.port });
      const ended = endOfServing();
      terminal.result(`${"Studio".padEnd(18)} ${url}`);
      terminal.json({ url });
      if (options.open && !(await openBrowser(url)))
        terminal.warn("No browser could be opened: open the address.");
      await ended;
      await close();
    });
}

/** Ctrl-C is how a studio ends: nothing is under way that would have to stop. */
function endOfServing(): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return Promise.race(names.map((name) => once(process, name, { signal }))).finally(() => controller.abort());
}
