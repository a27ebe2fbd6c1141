import { Command, Option } from "@commander-js/extra-typings";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { counted } from "@heddle/core/internal/base/format.js";
import { openQueue } from "../../jobs/sweep/open-queue.js";
import { workOnSweeps } from "../../jobs/sweep/work-job.js";
import { dataOption, nonEmpty, quietOption, threadsOption, wholeNumber } from "../options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** How long a worker may show no sign of life. */
const LEASE_SECONDS = 15;

export const queueOption = () =>
  new Option(
    "--queue <url>",
    "redis://HOST, rediss:// (TLS) or postgres://USER@HOST/DATABASE; the password from HEDDLE_QUEUE_PASSWORD",
  ).argParser(nonEmpty);

export const checkpointsOption = (description: string) =>
  new Option("--checkpoints <folder>", description).argParser(nonEmpty);

export const workersOption = () =>
  new Option("--workers <n>", "processes that train at once; by default one for each core").argParser(
    wholeNumber(1, 256),
  );

/** `heddle sweep work`: train for the sweeps of a queue. */
export function sweepWorkCommand(shell: Shell) {
  return new Command("work")
    .description("train trials for the sweeps of a queue, until Ctrl-C")
    .addOption(queueOption())
    .addOption(workersOption())
    .addOption(threadsOption())
    .addOption(dataOption())
    .addOption(checkpointsOption("where this machine has the shared folder of checkpoints"))
    .addOption(leaseOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Any number of machines may work on one queue. Each needs the package
@heddle/sweep-bullmq and the sweep's data: --data says where, if it is not where
the coordinator has it. docs/sweeps.md has more.

Examples:
  heddle sweep work --queue redis://queue.example
  heddle sweep work --queue postgres://sweeps@db.example/sweeps --workers 2`,
    )
    .action(async (options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      const { workers, threads, data, checkpoints, lease: leaseSeconds } = options;
      try {
        const queue = await openQueue(checkQueue(options.queue));
        try {
          await workOnSweeps(queue, {
            ...{ workers, threads, data, checkpoints, leaseSeconds, signal },
            events: {
              onReady: (count, each) =>
                terminal.info(
                  `Working for ${queue.place}: ${count === 1 ? "1 process" : `${count} processes`} of ${counted(each, "thread")} each`,
                ),
              onBegin: (trial, { who }) => terminal.info(`Trial ${trial} of ${who}  begins`),
              onEpoch: (trial, epoch, value) =>
                terminal.info(`Trial ${trial}  epoch ${epoch}  ${Number(value.toPrecision(5))}`),
              onEnd: (trial, how) => terminal.info(`Trial ${trial}  ${how}`),
              onWarning: (message) => terminal.warn(message),
            },
          });
        } finally {
          await queue.close();
        }
      } finally {
        terminal.clear();
        release();
      }
    });
}

function checkQueue(url: string | undefined): string {
  if (url !== undefined) return url;
  throw new HeddleError({
    who: "heddle sweep work",
    expected: "--queue and the URL of a queue",
    received: "none",
    next: "Pass the one with which the sweep was started.",
  });
}

const leaseOption = () =>
  new Option("--lease <seconds>", "after how long without a sign of life a trial is given to another worker")
    .argParser(wholeNumber(1, 3600))
    .default(LEASE_SECONDS);
