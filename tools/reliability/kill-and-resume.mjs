// Kills a training with SIGKILL at random moments, resumes it each time, and compares the result with a training
// that nobody disturbed.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));

/** Columns of history.csv that are not times. */
const COMPARED_COLUMNS = 6;

/**
 * @typedef {object} Outcome the contents of a finished run, without times
 * @property {string} sha256 of the weights
 * @property {readonly string[]} history rows of history.csv
 * @property {unknown} evaluation
 *
 * @typedef {object} Kills
 * @property {number} kills how many processes were killed
 * @property {number} beforeRun of them, before there was a run
 * @property {number} beforeCheckpoint of them, before its first checkpoint
 * @property {number} runs how many runs they were spread over
 * @property {readonly string[]} checkpoints the newest after each kill: `2-7` after step 7 of epoch 3
 */

/**
 * @param {object} options
 * @param {string} options.folder where runs are kept; empty
 * @param {readonly string[]} options.training arguments of `heddle train`
 * @param {number} options.kills
 * @param {() => number} options.random 0..1: decides the moments, and the threads
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.tell]
 * @returns {Promise<Kills>}
 * @throws when a process fails, or any result differs
 */
export async function killAndResume({ folder, training, kills, random, env, tell = () => {} }) {
  const run = (/** @type {readonly string[]} */ words, killAfterMs = Number.POSITIVE_INFINITY) =>
    start(["train", ...words, "--quiet"], { cwd: folder, env: env ?? process.env, killAfterMs });
  const began = performance.now();
  await run([...training, "--run-dir", "undisturbed"]);
  const undisturbedMs = performance.now() - began;
  const expected = outcomeOf(onlyRun(join(folder, "undisturbed")));
  const threads = () => ["--threads", String(1 + Math.floor(3 * random()))];

  const seen = { kills: 0, beforeRun: 0, beforeCheckpoint: 0, runs: 0, checkpoints: [""].slice(1) };
  while (seen.kills < kills) {
    const root = `killed-${++seen.runs}`;
    let newest = "";
    for (;;) {
      const path = onlyRun(join(folder, root));
      const words = path ? ["--resume", path] : [...training, "--run-dir", root];
      const delayMs = seen.kills < kills ? undisturbedMs * random() : Number.POSITIVE_INFINITY;
      const when = `kill ${seen.kills + 1}, ${Math.round(delayMs)} ms after the start`;
      const killed = await run([...words, ...threads()], delayMs).catch((thrown) => {
        throw new Error(`${when}: ${thrown.message}`);
      });
      if (!killed) break;
      seen.kills++;
      const now = onlyRun(join(folder, root));
      if (!now) seen.beforeRun++;
      else JSON.parse(readFileSync(join(now, "run.json"), "utf8"));
      const last = now ? newestCheckpoint(now) : "";
      if (now && last === "") seen.beforeCheckpoint++;
      if (last < newest) throw new Error(`${when}: the newest checkpoint was ${newest}, is ${last}`);
      newest = last;
      seen.checkpoints.push(last);
      tell(`${when}: ${last || (now ? "no checkpoint yet" : "no run yet")}`);
    }
    compare(expected, onlyRun(join(folder, root)));
    tell(`run ${seen.runs}: the same weights, history and evaluation`);
  }
  return seen;
}

/** @returns {Promise<boolean>} whether it was killed before it ended by itself */
function start(
  /** @type {readonly string[]} */ words,
  /** @type {{ cwd: string, env: NodeJS.ProcessEnv, killAfterMs: number }} */ { cwd, env, killAfterMs },
) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    const timer =
      killAfterMs === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`heddle ${words.join(" ")} ended with ${code ?? signal}: ${complaint}`));
    });
  });
}

/** The run in a folder; undefined if there is none yet. */
function onlyRun(/** @type {string} */ root) {
  if (!existsSync(root)) return "";
  const [id] = readdirSync(root).filter((name) => existsSync(join(root, name, "run.json")));
  return id ? join(root, id) : "";
}

/** `0002-000007`: sorts by the training's order. */
function newestCheckpoint(/** @type {string} */ run) {
  const folder = join(run, "checkpoints");
  const places = (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const [, epoch, step] = /^epoch-(\d+)(?:-step-(\d+))?\.safetensors$/.exec(name) ?? [];
    if (epoch === undefined) return [];
    return step ? `${String(Number(epoch) - 1).padStart(4, "0")}-${step}` : `${epoch}-000000`;
  });
  return places.sort().at(-1) ?? "";
}

/** @returns {Outcome} */
function outcomeOf(/** @type {string} */ run) {
  const json = (/** @type {string} */ name) => JSON.parse(readFileSync(join(run, name), "utf8"));
  const rows = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n");
  return {
    sha256: json("metrics.json").weights.sha256,
    history: rows.map((row) => row.split(",").slice(0, COMPARED_COLUMNS).join(",")),
    evaluation: json("evaluation.json"),
  };
}

function compare(/** @type {Outcome} */ expected, /** @type {string} */ run) {
  const outcome = outcomeOf(run);
  for (const part of /** @type {const} */ (["sha256", "history", "evaluation"])) {
    const [now, then] = [outcome, expected].map((one) => JSON.stringify(one[part]));
    if (now !== then)
      throw new Error(`${run}: its ${part} differs from that of the undisturbed run: ${now}, not ${then}`);
  }
  const left = readdirSync(run, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tmp$|(^|\/)lock$/.test(name),
  );
  if (left.length > 0) throw new Error(`${run}: left behind: ${left.join(", ")}`);
}
