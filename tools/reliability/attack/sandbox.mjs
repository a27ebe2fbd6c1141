// A temporary folder in which one attack runs the real command, and what must hold after it.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../packages/heddle/bin/heddle.js", import.meta.url));
const PEAK = new URL("peak.mjs", import.meta.url).href;

/** Longer than any command here takes on a busy machine: one that takes longer hangs. */
const LIMIT_MS = 90_000;

const LEFTOVER = /(^|\/)(lock-[0-9a-f]{12}|\.[^/]*\.heddle-[^/]*\.(tmp|old|deleted))(\/|$)/;

/** What a terminal would execute. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

/** An invariant that does not hold. */
export class Fault extends Error {
  name = "Fault";
}

/**
 * How a command ended.
 *
 * @typedef {object} Ended
 * @property {string} line what was run, for messages
 * @property {number | null} code `null` if a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} sinceSignalMs from the last signal that was sent to its end
 * @property {number} peakMiB the most memory it had at once; NaN if a signal ended it
 */

export class Sandbox {
  /** What was run, in order. @type {string[]} */
  log = [];

  /**
   * @param {string} path an empty folder
   * @param {import("./fixture.mjs").Fixture} fixture
   * @param {{ below(bound: number): number }} random
   */
  constructor(path, fixture, random) {
    this.path = path;
    this.fixture = fixture;
    this.random = random;
    mkdirSync(this.file("home"));
  }

  below(/** @type {number} */ bound) {
    return this.random.below(bound);
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  /** Whether one case in `cases` is drawn. */
  chance(/** @type {number} */ cases) {
    return this.below(cases) === 0;
  }

  file(/** @type {string[]} */ ...parts) {
    return join(this.path, ...parts);
  }

  /** Copies parts of the fixture into the sandbox. */
  take(/** @type {string[]} */ ...names) {
    for (const name of names) cpSync(join(this.fixture.path, name), this.file(name), { recursive: true });
  }

  /** The only run in a folder of runs. */
  run(/** @type {string} */ root) {
    const [id] = readdirSync(this.file(root)).filter((name) => existsSync(this.file(root, name, "run.json")));
    if (id === undefined) throw new Error(`${root} holds no run`);
    return `${root}/${id}`;
  }

  /** @throws Fault unless something holds */
  hold(/** @type {unknown} */ condition, /** @type {string | (() => string)} */ message) {
    if (!condition) throw new Fault(typeof message === "string" ? message : message());
  }

  /**
   * Runs `heddle` to its end.
   *
   * @param {readonly string[]} words
   * @param {object} [options]
   * @param {readonly { readonly afterMs: number, readonly signal: NodeJS.Signals }[]} [options.signals] each counts from the one before
   * @param {readonly string[]} [options.within] words before it: `unshare …`
   * @param {string} [options.stdout] a path that receives the output
   * @returns {Promise<Ended>}
   * @throws Fault when it hangs, or prints what a user must not see
   */
  async heddle(words, { signals = [], within = [], stdout } = {}) {
    const line = ["heddle", ...words]
      .map((word) => (/^[\w./=-]+$/.test(word) ? word : JSON.stringify(word)))
      .join(" ");
    this.log.push(
      signals.length > 0
        ? `${line}  # ${signals.map(({ signal, afterMs }) => `${signal} after ${afterMs} ms`).join(", ")}`
        : line,
    );
    const [program = "", ...args] = [...within, process.execPath, "--import", PEAK, MAIN, ...words];
    const output = stdout === undefined ? undefined : openSync(stdout, "w");
    const child = spawn(program, args, {
      cwd: this.path,
      env: { PATH: process.env.PATH, HOME: this.file("home"), NO_COLOR: "1", TMPDIR: this.path },
      stdio: ["ignore", output ?? "pipe", "pipe", "pipe"],
    });
    if (output !== undefined) closeSync(output);
    const texts = ["", "", "", ""];
    for (const [index, stream] of child.stdio.entries())
      stream?.on("data", (/** @type {Buffer} */ bytes) => {
        texts[index] += bytes.toString("utf8");
      });
    let hangs = false;
    let signalledAt = Number.NaN;
    const limit = setTimeout(() => {
      hangs = true;
      child.kill("SIGKILL");
    }, LIMIT_MS);
    let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
    const next = (/** @type {number} */ index) => {
      const one = signals[index];
      if (!one) return;
      timer = setTimeout(() => {
        signalledAt = performance.now();
        child.kill(one.signal);
        next(index + 1);
      }, one.afterMs);
    };
    next(0);
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (...how) => resolve(how));
    });
    clearTimeout(limit);
    clearTimeout(timer);
    this.hold(!hangs, `${line} hangs`);
    const [, out = "", err = "", peak] = texts;
    const ended = {
      line,
      code,
      signal,
      stdout: out,
      stderr: err,
      sinceSignalMs: performance.now() - signalledAt,
      peakMiB: peak ? Number(peak) / 1024 : Number.NaN,
    };
    this.#checkPrinted(ended);
    return ended;
  }

  #checkPrinted(/** @type {Ended} */ ended) {
    const printed = ended.stdout + ended.stderr;
    this.hold(!CONTROL.test(printed), () => `${told(ended)}: prints control characters`);
    this.hold(!/\n\s+at .*:\d+:\d+/.test(printed), () => `${told(ended)}: prints a stack trace`);
    const ways = [0, 1, 2, 130, 143, 129];
    this.hold(
      ended.signal || ways.includes(ended.code ?? -1),
      () => `${told(ended)}: not an exit code of Heddle's`,
    );
  }

  /** @throws Fault unless a command ended well */
  succeeds(/** @type {Ended} */ ended) {
    this.hold(ended.code === 0, () => `${told(ended)}: expected success`);
  }

  /** @throws Fault unless a command refused its input in one line, with the exit code for that */
  refuses(/** @type {Ended} */ ended, /** @type {string} */ named = "") {
    this.hold(ended.code === 2, () => `${told(ended)}: expected to be refused`);
    const line = ended.stderr.split("\n").find((one) => one.startsWith("heddle: "));
    this.hold(line?.includes(named), () => `${told(ended)}: expected a refusal that names ${named}`);
  }

  /** @throws Fault unless a command succeeded, or refused its input */
  succeedsOrRefuses(/** @type {Ended} */ ended) {
    if (ended.code !== 0) this.refuses(ended);
  }

  /** Everything below a path, by name: what it is, and the SHA-256 of a file. @returns {Map<string, string>} */
  picture(/** @type {string} */ path, seen = new Map(), name = "") {
    const place = join(this.file(path), name);
    const entry = lstatSync(place, { throwIfNoEntry: false });
    if (!entry) return seen;
    if (entry.isSymbolicLink()) seen.set(name, `link to ${readlinkSync(place)}`);
    else if (entry.isFile()) seen.set(name, createHash("sha256").update(readFileSync(place)).digest("hex"));
    else if (entry.isDirectory()) {
      seen.set(name, "folder");
      for (const one of readdirSync(place).sort()) this.picture(path, seen, join(name, one));
    } else seen.set(name, "neither a file nor a folder");
    return seen;
  }

  /** @throws Fault if anything that was below a path has changed; what was added is no fault */
  keeps(/** @type {string} */ path, /** @type {Map<string, string>} */ before) {
    const after = this.picture(path);
    for (const [name, what] of before)
      this.hold(
        after.get(name) === what,
        () => `${join(path, name)} was ${what}, is ${after.get(name) ?? "gone"}`,
      );
  }

  /** @throws Fault if anything below a path has changed, or was added */
  unchanged(/** @type {string} */ path, /** @type {Map<string, string>} */ before) {
    this.keeps(path, before);
    const added = [...this.picture(path).keys()].find((name) => !before.has(name));
    this.hold(added === undefined, `${join(path, added ?? "")} was added`);
  }

  /** @throws Fault if a temporary name or a claim of Heddle's lies anywhere in the sandbox */
  noLeftovers() {
    const left = readdirSync(this.path, { recursive: true, encoding: "utf8" }).filter((name) =>
      LEFTOVER.test(name),
    );
    this.hold(left.length === 0, () => `left behind: ${left.slice(0, 5).join(", ")}`);
  }

  /** @throws Fault if a file with its final name is not complete */
  wholeFiles() {
    for (const name of readdirSync(this.path, { recursive: true, encoding: "utf8" })) {
      const path = this.file(name);
      if (!LEFTOVER.test(name) && lstatSync(path).isFile())
        this.hold(isWhole(path), `${name} is half written`);
    }
  }
}

/** The command and the last line that it printed. @param {Ended} ended */
export function told({ line, code, signal, stderr }) {
  return `${line} ended with ${code ?? signal} (${stderr.trimEnd().split("\n").at(-1)})`;
}

function isWhole(/** @type {string} */ path) {
  const bytes = readFileSync(path);
  const end = bytes.subarray(-16).toString("latin1").trimEnd();
  if (path.endsWith(".svg")) return end.endsWith("</svg>");
  if (path.endsWith(".html")) return end.endsWith("</html>");
  if (path.endsWith(".png")) return end.includes("IEND");
  if (path.endsWith(".npz")) return bytes.subarray(-22, -18).toString("latin1") === "PK\x05\x06";
  if (path.endsWith(".safetensors")) return bytes.length > 8 && bytes.length > bytes.readUInt32LE(0) + 8;
  if (path.endsWith(".csv")) return bytes.at(-1) === 10;
  if (!/\.jsonl?$/.test(path)) return true;
  const text = bytes.toString("utf8");
  try {
    for (const one of basename(path).endsWith("l") ? text.trimEnd().split("\n") : [text]) JSON.parse(one);
    return true;
  } catch {
    return false;
  }
}
