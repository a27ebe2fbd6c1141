// Disturbs sweeps of several machines on real servers, each worker in a network namespace of its own, and compares their
// trials with those of a sweep that nobody disturbed. Needs root, `ip`, redis-server and PostgreSQL.
// usage: node tools/reliability/sweep-queue.mjs [--kinds redis,postgres] [--faults worker,coordinator,…] [--cut 60]
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { trialsIn } from "./journal-trials.mjs";
import { startPostgres, startRedis } from "./queue-servers.mjs";

const MAIN = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));
const { values } = parseArgs({
  options: {
    kinds: { type: "string", default: "redis,postgres" },
    faults: { type: "string", default: "worker,coordinator,server,cut,slow,clock,two" },
    cut: { type: "string", default: "60" },
    trials: { type: "string", default: "10" },
  },
});
const CUT_SECONDS = Number(values.cut);

const definition = {
  heddleSweep: 1,
  name: "clothes",
  goal: "maximize",
  trials: Number(values.trials),
  parameters: {
    learningRate: { type: "float", low: 0.001, high: 0.03, log: true },
    dropout: { type: "float", low: 0, high: 0.5 },
  },
  search: { type: "random" },
};
const folder = mkdtempSync(join(tmpdir(), "heddle-sweep-queue-"));
const children = new Set();
const spaces = ["heddle-1", "heddle-2"];
const BRIDGE = "heddle-br";
const HOST = "10.213.7.1";

writeFileSync(join(folder, "sweep.json"), JSON.stringify(definition));
writeFileSync(join(folder, "ahead.mjs"), "const { now } = Date; Date.now = () => now() + 7_200_000;");
const sweep = ["sweep", "sweep.json", "quick", "--data", "fashion-sketch", "--limit", "400", "--epochs", "3"];

process.on("exit", cleanUp);
process.on("SIGINT", () => process.exit(1));
makeNetwork();
await start([...sweep, "--no-winner", "--workers", "1", "--threads", "1", "--out", "alone"]).ended;
const expected = JSON.stringify(trialsIn(join(folder, "alone")));

/** What each fault does to a sweep that runs. */
const faults = {
  worker: async ({ workers, worker }) => {
    for (let kills = 0; kills < 3; kills++) {
      await pause(2);
      workers[0].child.kill("SIGKILL");
      workers[0] = worker(spaces[0]);
    }
  },
  coordinator: async (run) => {
    for (let kills = 0; kills < 3; kills++) {
      await pause(2);
      run.coordinator.child.kill("SIGKILL");
      await run.coordinator.ended;
      run.coordinator = run.resume();
    }
  },
  server: async ({ server }) => {
    for (let kills = 0; kills < 3; kills++) {
      await pause(2);
      await server.kill();
      await server.start();
    }
  },
  cut: async () => {
    await pause(3);
    ip("link", "set", `${spaces[0]}-h`, "down");
    await pause(CUT_SECONDS);
    ip("link", "set", `${spaces[0]}-h`, "up");
  },
  slow: async ({ workers }) => {
    // Of each second, a tenth.
    for (let tenths = 0; tenths < 200; tenths++) {
      signalTree(workers[0].child.pid, tenths % 10 === 0 ? "SIGCONT" : "SIGSTOP");
      await pause(0.1);
    }
    signalTree(workers[0].child.pid, "SIGCONT");
  },
  clock: async ({ worker, workers }) => {
    workers.push(worker(spaces[1], ["--import", join(folder, "ahead.mjs")]));
  },
  two: async ({ name, server }) => {
    execFileSync("sh", ["-c", `cp -r ${name} ${name}-copy && rm -f ${name}-copy/lock-*`], { cwd: folder });
    const second = start(["sweep", "--resume", `${name}-copy`, "--queue", server.url, "--no-winner"]);
    if ((await second.ended) !== 2)
      throw new Error(`A second coordinator was not refused: ${second.output()}`);
  },
};

for (const kind of values.kinds.split(",")) {
  for (const fault of values.faults.split(",")) {
    const server = await (kind === "redis" ? startRedis : startPostgres)({ host: HOST });
    const name = `${kind}-${fault}`;
    const worker = (space, node = []) => {
      const words = [
        "sweep",
        "work",
        "--queue",
        server.url,
        "--workers",
        "1",
        "--threads",
        "1",
        "--lease",
        "3",
      ];
      return start(words, { space, node });
    };
    const resume = () => start(["sweep", "--resume", name, "--queue", server.url, "--no-winner"]);
    const began = performance.now();
    const workers = spaces.map((space) => worker(space));
    const coordinator = start([...sweep, "--queue", server.url, "--no-winner", "--out", name]);
    const run = { name, server, worker, workers, resume, coordinator };
    await coordinator.printed("Trial 0 ");
    await faults[fault](run);
    const code = await run.coordinator.ended;
    const same = JSON.stringify(trialsIn(join(folder, name))) === expected;
    console.log(
      `| ${kind} | ${fault} | ${same && code === 0 ? "the same trials" : `code ${code}, other trials`} | ${Math.round((performance.now() - began) / 1000)} s |`,
    );
    for (const { child } of run.workers) signalTree(child.pid, "SIGKILL");
    await server.remove();
    if (!same || code !== 0) throw new Error(run.coordinator.output());
  }
}
process.exit(0);

/** Starts the program, in a network namespace if one is named. */
function start(words, { space, node = [] } = {}) {
  const command = [process.execPath, ...node, MAIN, ...words];
  const all = space ? ["ip", "netns", "exec", space, ...command] : command;
  const child = spawn(all[0], all.slice(1), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
  }
  const ended = new Promise((resolve) => child.on("close", resolve));
  const printed = async (what) => {
    while (!text.includes(what)) {
      if (child.exitCode !== null) throw new Error(text);
      await pause(0.05);
    }
  };
  return { child, ended, printed, output: () => text };
}

function signalTree(pid, signal) {
  try {
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    process.kill(pid, signal);
    for (const child of below.split(" ").filter(Boolean)) signalTree(Number(child), signal);
  } catch {
    // It has ended.
  }
}

function makeNetwork() {
  cleanNetwork();
  ip("link", "add", BRIDGE, "type", "bridge");
  ip("addr", "add", `${HOST}/24`, "dev", BRIDGE);
  ip("link", "set", BRIDGE, "up");
  spaces.forEach((space, index) => {
    ip("netns", "add", space);
    ip("link", "add", `${space}-h`, "type", "veth", "peer", "name", `${space}-n`);
    ip("link", "set", `${space}-h`, "master", BRIDGE, "up");
    ip("link", "set", `${space}-n`, "netns", space);
    ip("-n", space, "addr", "add", `10.213.7.${index + 2}/24`, "dev", `${space}-n`);
    ip("-n", space, "link", "set", `${space}-n`, "up");
    ip("-n", space, "link", "set", "lo", "up");
  });
}

function cleanNetwork() {
  for (const space of spaces) ipQuietly("netns", "del", space);
  for (const space of spaces) ipQuietly("link", "del", `${space}-h`);
  ipQuietly("link", "del", BRIDGE);
}

function cleanUp() {
  for (const { pid } of children) signalTree(pid, "SIGKILL");
  cleanNetwork();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

function ip(...words) {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });
}

function ipQuietly(...words) {
  try {
    ip(...words);
  } catch {
    // There is none.
  }
}
