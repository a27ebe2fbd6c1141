// How many trials a second a coordinator keeps up with, and in how much memory: sleeping trials instead of trainings, by
// asynchronous halving. The heap grows as that of `heddle sweep` does. With `--queue`, the trials go through a real server, set
// up as by default (Redis: with its append-only file), to the sleepers of another process.
// usage: node tools/reliability/sweep-scale.mjs [--trials 100000] [--workers 1000] [--sleep-ms 0] [--queue redis|postgres]
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { resolveSettings } from "../../packages/core/dist/recipes/resolve-settings.js";
import { JournalRecords } from "../../packages/core/dist/sweep/records.js";
import { Sweep } from "../../packages/core/dist/sweep/sweep.js";
import { growHeapSlowly } from "../../packages/heddle/dist/cli/small-heap.js";
import { Coordinator } from "../../packages/heddle/dist/jobs/sweep/coordinator.js";
import { QueueCrew } from "../../packages/heddle/dist/jobs/sweep/queue-crew.js";
import { settingsOfTrials } from "../../packages/heddle/dist/jobs/sweep/trial-settings.js";
import { JournalFile } from "../../packages/heddle/dist/sweep/journal-file.js";
import { openQueue } from "../../packages/sweep-bullmq/dist/index.js";
import { startPostgres, startRedis } from "./queue-servers.mjs";

const EPOCHS = 9;
/** What the workers of a queue are on. */
const MACHINES = 10;

growHeapSlowly();
const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "100000" },
    workers: { type: "string", default: "1000" },
    "sleep-ms": { type: "string", default: "0" },
    queue: { type: "string" },
    /** The URL of a queue: this process sleeps for it. */
    work: { type: "string" },
  },
});
const [trials, workers, sleepMs] = [values.trials, values.workers, values["sleep-ms"]].map(Number);
if (values.work) await sleepFor(values.work);

const sweep = new Sweep({
  name: "scale",
  goal: "maximize",
  trials,
  parameters: {
    learningRate: { type: "float", low: 0.0003, high: 0.03, log: true },
    dropout: { type: "float", low: 0, high: 0.6 },
  },
  search: { type: "random" },
  stopping: { type: "asynchronousHalving", minimum: 1, maximum: EPOCHS },
});

const path = mkdtempSync(join(tmpdir(), "heddle-sweep-scale-"));
process.on("exit", () => rmSync(path, { recursive: true, force: true }));

const trainer = {
  train: async ({ settings, until }, onReport) => {
    let verdict = "continue";
    const value = await train(settings, until, async (epoch, value) => {
      verdict = await onReport(epoch, value);
      return verdict;
    });
    if (verdict !== "continue") return { kind: verdict === "pause" ? "paused" : "stopped" };
    return { kind: "complete", value, weightsSha256: "" };
  },
  stop: () => {},
  end: () => {},
};
/** Sleepers of this process. */
const here = {
  room: async () => {},
  leave: () => {},
  hire: async () => trainer,
  forget: async () => {},
  close: async () => {},
};
const servers = { redis: () => startRedis({ appendfsync: "everysec" }), postgres: () => startPostgres() };
const server = await servers[values.queue]?.();
const queue = server && (await openQueue(server.url));
const sleepers = server && fork(import.meta.filename, ["--work", server.url, ...process.argv.slice(2)]);
const crew = queue
  ? await QueueCrew.open({
      ...{ queue, sweep: "scale", setup: { who: path }, checkpoints: undefined },
      ...{ onWarning: console.error, onNote: () => {} },
    })
  : here;

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
const shared = resolveSettings({ validationSplit: 0.1 }, { epochs: EPOCHS });
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
await crew.close(true);
await file.close();
await queue?.close();
if (sleepers) {
  sleepers.kill();
  await once(sleepers, "exit");
}
await server?.remove();
const states = {};
for (const { state } of study.trials) states[state] = (states[state] ?? 0) + 1;
console.log(
  JSON.stringify({
    trials: study.trials.length,
    workers,
    queue: values.queue,
    ...states,
    seconds: Number(seconds.toFixed(1)),
    trialsPerSecond: Math.round(study.trials.length / seconds),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(1)),
    mostMemoryMiB: Math.round(most / 2 ** 20),
    journalMiB: Math.round(statSync(file.path).size / 2 ** 20),
  }),
);

/** Sleeps as long as it has epochs; its values decide its objective. */
async function train({ learningRate, dropout }, until, onReport) {
  const value = 1 / (1 + Math.abs(Math.log10(learningRate) + 2) + dropout);
  const from = until === undefined || until === 1 ? 0 : until / 3;
  for (let epoch = from + 1; epoch <= (until ?? EPOCHS); epoch++) {
    await (sleepMs > 0 ? sleep(sleepMs) : new Promise(setImmediate));
    if ((await onReport(epoch, value)) !== "continue") break;
  }
  return value;
}

/** What machines with `heddle sweep work` do, without their trainings. */
async function sleepFor(url) {
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort()).on("disconnect", () => process.exit());
  await Promise.all(Array.from({ length: MACHINES }, () => sleepAsMachine(url, stop.signal)));
  process.exit();
}

async function sleepAsMachine(url, signal) {
  const queue = await openQueue(url);
  await queue.work({
    ...{ slots: workers / MACHINES, leaseSeconds: 30, signal, onWarning: console.error },
    train: async ({ id, data, send, isWithdrawn }) => {
      const { settings, until } = data;
      const reports = [];
      let verdict = "continue";
      const value = await train(settings, until, async (epoch, value) => {
        reports.push([epoch, value]);
        await send(`${id}_${epoch}`, { kind: "report", training: id, reports, bytes: 0 });
        if (await isWithdrawn()) verdict = "stop";
        else if (epoch === until && epoch < EPOCHS) verdict = "pause";
        return verdict;
      });
      if (verdict === "continue") {
        const end = { kind: "complete", value, weightsSha256: "" };
        await send(`${id}_end`, { kind: "end", training: id, reports, end });
      }
      return "done";
    },
  });
  await queue.close();
}
