// A process of a sweep: reads the data once, then trains one trial after the other. It ends with the coordinator.
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { Verdict } from "@heddle/core/internal/sweep/sweep.js";
import type { FromWorker, ToWorker, TrialTask, WorkerSetup } from "./messages.js";
import { readSweepData } from "./sweep-data.js";
import { trainTrial } from "./train-trial.js";

const stopped = new AbortController();
let decided: ((verdict: Verdict) => void) | undefined;
let under: { readonly setup: WorkerSetup; readonly dataset: Dataset<Images> } | undefined;

// The terminal sends Ctrl-C to every process; the coordinator decides what it means.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(1));
process.on("message", (message: ToWorker) => {
  if (message.kind === "verdict") decided?.(message.verdict);
  else if (message.kind === "stop") stopped.abort();
  else if (message.kind === "train") void train(message.task);
  else void setUp(message.setup);
});

function send(message: FromWorker): void {
  process.send!(message);
}

async function setUp(setup: WorkerSetup): Promise<void> {
  try {
    const { dataset } = await readSweepData(setup.data, { signal: stopped.signal });
    under = { setup, dataset };
    send({ kind: "ready" });
  } catch (thrown) {
    send({ kind: "refused", message: messageOf(thrown) });
  }
}

async function train(task: TrialTask): Promise<void> {
  const { setup, dataset } = under!;
  try {
    const end = await trainTrial(task, dataset, { ...setup, signal: stopped.signal, onEpoch: report });
    send({ kind: "end", end });
  } catch (thrown) {
    const message =
      thrown instanceof HeddleError ? thrown.message : String((thrown as Error).stack ?? thrown);
    send({ kind: "end", end: { kind: "failed", message } });
  }
}

function report(epoch: number, value: number): Promise<Verdict> {
  return new Promise((resolve) => {
    decided = resolve;
    send({ kind: "report", epoch, value });
  });
}
