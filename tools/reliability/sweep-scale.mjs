// How many trials a second a coordinator keeps up with, and in how much memory: sleeping trials instead of trainings, by
// asynchronous halving, whose every decision looks at all trials. The heap is kept small, as `heddle sweep` keeps it.
// usage: node tools/reliability/sweep-scale.mjs [--trials 100000] [--workers 1000] [--sleep-ms 0]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { resolveSettings } from "../../packages/core/dist/recipes/resolve-settings.js";
import { JournalRecords } from "../../packages/core/dist/sweep/records.js";
import { Sweep } from "../../packages/core/dist/sweep/sweep.js";
import { keepHeapSmall } from "../../packages/heddle/dist/cli/small-heap.js";
import { Coordinator } from "../../packages/heddle/dist/jobs/sweep/coordinator.js";
import { settingsOfTrials } from "../../packages/heddle/dist/jobs/sweep/trial-settings.js";
import { JournalFile } from "../../packages/heddle/dist/sweep/journal-file.js";

keepHeapSmall();
const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "100000" },
    workers: { type: "string", default: "1000" },
    "sleep-ms": { type: "string", default: "0" },
  },
});
const [trials, workers, sleepMs] = [values.trials, values.workers, values["sleep-ms"]].map(Number);

const sweep = new Sweep({
  name: "scale",
  goal: "maximize",
  trials,
  parameters: {
    learningRate: { type: "float", low: 0.0003, high: 0.03, log: true },
    dropout: { type: "float", low: 0, high: 0.6 },
  },
  search: { type: "random" },
  stopping: { type: "asynchronousHalving", minimum: 1, maximum: 9 },
});

const path = mkdtempSync(join(tmpdir(), "heddle-sweep-scale-"));
process.on("exit", () => rmSync(path, { recursive: true, force: true }));

/** A trial that sleeps as long as it has epochs; its values decide its objective. */
const trainer = {
  train: async ({ settings, until }, onReport) => {
    const value = 1 / (1 + Math.abs(Math.log10(settings.learningRate) + 2) + settings.dropout);
    const from = until === undefined || until === 1 ? 0 : until / 3;
    for (let epoch = from + 1; epoch <= (until ?? 9); epoch++) {
      await new Promise((resolve) => (sleepMs > 0 ? setTimeout(resolve, sleepMs) : setImmediate(resolve)));
      const verdict = await onReport(epoch, value);
      if (verdict !== "continue") return { kind: verdict === "pause" ? "paused" : "stopped" };
    }
    return { kind: "complete", value, weightsSha256: "" };
  },
  stop: () => {},
  end: () => {},
};
const crew = {
  room: async () => {},
  leave: () => {},
  hire: async () => trainer,
  forget: async () => {},
  close: async () => {},
};

const file = await JournalFile.open(path);
const records = new JournalRecords("scale");
const { name, goal, definition } = sweep;
await file.append(records.createStudy({ id: 0, name, goal, definition }));
const study = file.journal.study(name);
let most = 0;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 100);
const events = { onBegin: () => {}, onReport: () => {}, onEnd: () => {}, onWarning: console.error };
const shared = resolveSettings({ validationSplit: 0.1 }, { epochs: 9 });
const settingsOf = settingsOfTrials({
  who: path,
  space: sweep.space,
  shared,
  inputShape: [28, 28, 1],
  classes: 10,
});
const began = performance.now();
const cpu = process.cpuUsage();
await new Coordinator({
  ...{ folder: { path, trainingPath: () => path }, sweep, file, records, study, crew, events },
  ...{ settingsOf, request: { settings: shared, seeds: 1 } },
  stop: new AbortController().signal,
}).run(workers);
const seconds = (performance.now() - began) / 1000;
clearInterval(timer);
const { user, system } = process.cpuUsage(cpu);
await file.close();
const states = {};
for (const { state } of study.trials) states[state] = (states[state] ?? 0) + 1;
console.log(
  JSON.stringify({
    trials: study.trials.length,
    workers,
    ...states,
    seconds: Number(seconds.toFixed(1)),
    trialsPerSecond: Math.round(study.trials.length / seconds),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(1)),
    mostMemoryMiB: Math.round(most / 2 ** 20),
    journalMiB: Math.round(statSync(file.path).size / 2 ** 20),
  }),
);
