// Kills a sweep, or one of its processes, with SIGKILL at random moments, resumes it each time, and compares its trials
// with those of a sweep that nobody disturbed.
// usage: node tools/reliability/sweep-kills.mjs [--kills 50] [--seed 1]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../../packages/core/dist/base/random.js";
import { trialsIn } from "./journal-trials.mjs";

const MAIN = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));
const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const [wanted, seed] = [Number(values.kills), Number(values.seed)];

const definition = {
  heddleSweep: 1,
  name: "killed",
  goal: "maximize",
  trials: 9,
  parameters: {
    learningRate: { type: "float", low: 0.001, high: 0.03, log: true },
    dropout: { type: "float", low: 0, high: 0.5 },
  },
  stopping: { type: "asynchronousHalving", minimum: 1, maximum: 9 },
};

const folder = mkdtempSync(join(tmpdir(), "heddle-sweep-kills-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "sweep.json"), JSON.stringify(definition));
// One process, so that trials end in one order.
const shared = ["--workers", "1", "--threads", "1", "--no-winner", "--quiet"];
const begin = (name) => [
  "sweep",
  "sweep.json",
  "quick",
  "--data",
  "fashion-sketch",
  "--limit",
  "400",
  "--out",
  name,
  ...shared,
];

const random = new Random(seed, "split");
const began = performance.now();
await run(begin("undisturbed"));
const undisturbedMs = performance.now() - began;
const expected = JSON.stringify(trialsIn(join(folder, "undisturbed")));

const seen = { kills: 0, ofProcesses: 0, sweeps: 0 };
while (seen.kills < wanted) {
  const name = `killed-${++seen.sweeps}`;
  for (;;) {
    // One that was killed before there was a folder is begun again.
    const words = existsSync(join(folder, name, "sweep.json"))
      ? ["sweep", "--resume", name, ...shared]
      : begin(name);
    const delayMs = seen.kills < wanted ? 0.7 * undisturbedMs * random.uniform() : undefined;
    const child = random.uniform() < 0.3;
    const { killed, code, stderr } = await run(words, delayMs, child);
    if (killed) seen.kills++;
    if (killed && child) seen.ofProcesses++;
    if (code === 0) break;
    if (!killed) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
  }
  const received = JSON.stringify(trialsIn(join(folder, name)));
  if (received !== expected) throw new Error(`${name} differs:\n${received}\n${expected}`);
  console.log(`${seen.kills} kills, ${seen.sweeps} sweeps, all with the trials of the undisturbed one`);
}
console.log(JSON.stringify({ ...seen, seconds: Math.round((performance.now() - began) / 1000) }));

/** Runs the program to its end, or kills it, or the process that trains for it, after a time. */
function run(words, killAfterMs, child = false) {
  const program = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let [killed, stderr] = [false, ""];
  program.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const timer =
    killAfterMs === undefined
      ? undefined
      : setTimeout(() => {
          const target = child ? childOf(program.pid) : program.pid;
          if (target === undefined) return;
          killed = true;
          process.kill(target, "SIGKILL");
        }, killAfterMs);
  return new Promise((resolve, reject) => {
    program.on("close", (code) => {
      clearTimeout(timer);
      if (killAfterMs === undefined && code !== 0) reject(new Error(stderr));
      else resolve({ killed, code, stderr });
    });
  });
}

/** The first process that another one has started; undefined if there is none. */
function childOf(pid) {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
  return first ? Number(first) : undefined;
}
