// Runs targets in separate processes with a watchdog: a process that hangs, dies or grows is a finding, like a wrong error.
import { fork } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("child.mjs", import.meta.url));
const ownTargets = fileURLToPath(new URL("targets.mjs", import.meta.url));

/** The longest that a processor may be busy with one input. */
export const LIMIT_MS = 1000;
/** The most memory that a process may have had, Node's own 60 MiB and its garbage included. */
export const LIMIT_MIB = 768;
/** How long loading the parsers may take, before the first input. */
const START_MS = 30_000;
/** The time between two checks by the watchdog. */
const TURN_MS = 100;
/** After this many findings a target is abandoned. */
const MAXIMUM_FINDINGS = 20;

/**
 * @typedef {{ index: number, finding: string, file: string | undefined, command: string }} Finding
 * @typedef {{ name: string, inputs: number, accepted: number, refused: number, findings: readonly Finding[] }} Result
 */

/**
 * Tries inputs `from` to `from + inputs` of a target.
 *
 * @param {string} name
 * @param {{ inputs: number, seed?: number, from?: number, seconds?: number, module?: string, keep?: string,
 *   perProcess?: number, limitMs?: number, limitMiB?: number }} options `seconds` ends it earlier; `keep` is the folder for
 *   inputs with findings; `perProcess` is how many inputs a process takes at most
 * @returns {Promise<Result>}
 */
export async function fuzz(name, options) {
  const {
    inputs,
    seed = 1,
    from = 0,
    seconds = Number.POSITIVE_INFINITY,
    perProcess = Number.POSITIVE_INFINITY,
    module = ownTargets,
    keep,
  } = options;
  const until = Date.now() + 1000 * seconds;
  const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-"));
  /** @type {Finding[]} */
  const findings = [];
  const result = { name, inputs: 0, accepted: 0, refused: 0, findings };
  try {
    for (
      let next = from;
      next < from + inputs && findings.length < MAXIMUM_FINDINGS && Date.now() < until;
    ) {
      const round = await startChild({
        ...options,
        name,
        seed,
        from: next,
        to: Math.min(from + inputs, next + perProcess),
        until,
        module,
        folder,
      });
      result.accepted += round.accepted;
      result.refused += round.refused;
      if (round.finding === undefined) {
        next = round.index;
        result.inputs = next - from;
        if (round.outOfTime) break;
        continue;
      }
      const { index, finding } = round;
      const command = `node tools/fuzz.mjs --target ${name} --seed ${seed} --from ${index} --inputs 1`;
      findings.push({
        index,
        finding,
        file: kept(folder, keep, `${name}-${seed}-${index}`, finding),
        command,
      });
      next = index + 1;
      result.inputs = next - from;
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {{ name: string, seed: number, from: number, to: number, until: number, module: string, folder: string,
 *   limitMs?: number, limitMiB?: number }} options
 * @returns {Promise<{ index: number, accepted: number, refused: number, finding?: string, outOfTime?: boolean }>}
 */
function startChild({
  name,
  seed,
  from,
  to,
  until,
  module,
  folder,
  limitMs = LIMIT_MS,
  limitMiB = LIMIT_MIB,
}) {
  rmSync(join(folder, "progress"), { force: true });
  writeFileSync(join(folder, "finding"), "");
  const words = [module, name, seed, from, to, folder, limitMiB].map(String);
  const one = fork(child, words, {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: ["--max-old-space-size=512"],
  });
  let errors = "";
  one.stderr?.on("data", (text) => {
    errors = (errors + text).slice(-2000);
  });
  /** @type {{ index: number, finding: string } | undefined} */
  let told;
  one.on("message", (message) => {
    told = /** @type {{ index: number, finding: string }} */ (message);
  });
  let at = -1;
  // In turns of the watchdog, not by the clock, because the machine may sleep. It may also be busy elsewhere, so the
  // process's own processor time counts, where the system reports it; otherwise ten times as many turns.
  let turns = 0;
  let computed = 0;
  let hangs = false;
  let outOfTime = false;
  const watch = setInterval(() => {
    const { index } = progressIn(folder);
    if (index !== at) {
      at = index;
      turns = 0;
      computed = computedMs(one.pid);
    }
    // The first turn only sees the input begin: it is patient for one turn.
    const waited = turns++ * TURN_MS;
    const limit = at < 0 ? START_MS : limitMs;
    hangs = computedMs(one.pid) - computed > limit || waited > (Number.isNaN(computed) ? limit : 10 * limit);
    outOfTime = Date.now() > until;
    if (hangs || outOfTime) one.kill("SIGKILL");
  }, TURN_MS);
  return new Promise((done) => {
    one.on("close", (code, signal) => {
      clearInterval(watch);
      const { index, accepted, refused } = progressIn(folder);
      const counts = { index: Math.max(from, index), accepted, refused };
      if (told) done({ ...counts, ...told });
      else if (code === 0 && index === to) done(counts);
      else if (hangs)
        done({ ...counts, finding: at < 0 ? "hangs at its start" : `hangs: more than ${limitMs} ms` });
      else if (outOfTime) done({ ...counts, outOfTime });
      else done({ ...counts, finding: `died: ${signal ?? `exit code ${code}`} ${errors.trim()}` });
    });
  });
}

/** Processor time of a process, in ms; NaN if the system does not report it. @param {number | undefined} pid */
function computedMs(pid) {
  try {
    // The fields after the name, which may hold spaces: utime and stime, in ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** How far a child is. @param {string} folder */
function progressIn(folder) {
  const path = join(folder, "progress");
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (bytes.length < 24) return { index: -1, accepted: 0, refused: 0 };
  return { index: bytes.readDoubleLE(0), accepted: bytes.readDoubleLE(8), refused: bytes.readDoubleLE(16) };
}

/**
 * Keeps the input of a finding with what was found.
 *
 * @param {string} folder @param {string | undefined} keep @param {string} stem @param {string} finding
 */
function kept(folder, keep, stem, finding) {
  if (keep === undefined) return undefined;
  mkdirSync(keep, { recursive: true });
  const file = join(keep, `${stem}.bin`);
  // There is none if the child hung or died; the seed and the index reproduce it.
  if (statSync(join(folder, "finding")).size > 0) copyFileSync(join(folder, "finding"), file);
  writeFileSync(join(keep, `${stem}.txt`), `${finding}\n`);
  return file;
}
