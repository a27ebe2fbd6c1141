// The cost of a whole process: latency of one image, memory, start-up, and time to the study's accuracy.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureIn, observeHeddle } from "../lib/processes.mjs";
import { caption, machine, median, number, publish, quantile, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";
import { dataFolder } from "../workload.mjs";
import { TARGET, timeToTarget } from "./study-runs.mjs";

const latencyScript = fileURLToPath(new URL("../heddle/latency.mjs", import.meta.url));
const CALLS = 2000;

/** @param options rounds, threads, out */
export async function measureProcess({ rounds, threads, out }) {
  const latency = [];
  const studies = [];
  const counts = [...new Set([threads, 1])];
  const kinds = counts.flatMap((count) => [
    [count, "strict"],
    [count, "fast"],
  ]);
  // The first reads everything from disk once and does not count.
  await study(threads, { stopAtFirstStep: true });
  for (let round = 1; round <= rounds; round++) {
    for (const [count, variant] of inTurn(kinds, round)) {
      const run = { round, ...measureIn("node", [latencyScript, CALLS, count, variant]) };
      latency.push(run);
      const p50 = number(median(run.milliseconds), 3);
      console.log(`round ${round}  one image, ${run.variant}, threads ${count}: p50 ${p50} ms`);
    }
    const run = { round, ...(await study(threads)) };
    studies.push(run);
    console.log(
      `round ${round}  study of one epoch: first step after ${number(run.firstStepSeconds, 2)} s, ` +
        `${mebibytes(run.memory.peakBytes)} at most, ${number(run.totalSeconds, 1)} s in all`,
    );
  }
  const result = { measuredAt: new Date().toISOString(), machine, threads, rounds, latency, studies };
  publish("process", result, processLines(result), out);
}

/** The real study of one epoch, all images loaded, from spawning the process on. */
async function study(threads, { stopAtFirstStep = false } = {}) {
  const runs = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const words = ["study", "fashion-mnist", "--epochs", "1", "--threads", String(threads)];
  words.push("--data", dataFolder, "--offline", "--run-dir", runs, "--json", "--quiet");
  const seen = {};
  try {
    const { stdout, seconds } = await observeHeddle(words, (message, child) => {
      seen[message.event] = message;
      if (stopAtFirstStep) child.kill("SIGKILL");
    });
    if (stopAtFirstStep) return undefined;
    const { event, seconds: ended, ...memory } = seen.end;
    if (memory.childFaults)
      throw new Error("bench: the study has child processes, whose memory was not measured");
    const { metrics } = JSON.parse(stdout);
    if (metrics.dataset.name !== "fashion-mnist" || !seen["first step"]) {
      throw new Error(`bench: expected a study of Fashion-MNIST in ${dataFolder}, received ${stdout}`);
    }
    return {
      firstStepSeconds: seen["first step"].seconds,
      totalSeconds: seconds,
      // Start and end of the process, which the run's own clock does not cover.
      outsideSeconds: seconds - metrics.timeSeconds.total,
      memory,
    };
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

function processLines({ latency, studies, ...result }) {
  const counts = [...new Set(latency.map(({ threads }) => threads))];
  const one = (variant, threads, share) => {
    const found = latency.filter((run) => run.variant === variant && run.threads === threads);
    return median(found.map((run) => quantile(run.milliseconds, share)));
  };
  const of = (pick) => median(studies.map(pick));
  const outsideSeconds = of((run) => run.outsideSeconds);
  const [{ memory }] = studies;
  const latencies = counts.flatMap((threads) =>
    ["strict", "fma"].map((variant) => {
      const [p50, p99] = [0.5, 0.99].map((share) => number(one(variant, threads, share), 3));
      return [
        `predicting one image, warm, ${variant}, ${counted(threads, "thread")}: p50 / p99`,
        `${p50} / ${p99} ms`,
      ];
    }),
  );
  const target = timeToTarget(outsideSeconds);
  return [
    caption(result, "each value from a fresh process, medians."),
    "",
    ...table([
      ["measure", "value"],
      ...latencies,
      [
        `peak memory of the study, all images loaded (${memory.source})`,
        mebibytes(of((run) => run.memory.peakBytes)),
      ],
      [
        "process start to first training step, data in cache",
        `${number(
          of((run) => run.firstStepSeconds),
          2,
        )} s`,
      ],
      [
        "process start to exit, study of one epoch",
        `${number(
          of((run) => run.totalSeconds),
          1,
        )} s`,
      ],
      ...(target ? [[`time to ${TARGET}: ${target.words}`, target.value]] : []),
    ]),
  ];
}

function mebibytes(bytes) {
  return `${number(bytes / 2 ** 20)} MiB`;
}

function counted(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
