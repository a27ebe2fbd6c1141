import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { runProgram } from "../packages/heddle/dist/cli/program.js";
import { writeClothes } from "./idx-folder.js";

/** The command line as it is shipped. */
export const MAIN = fileURLToPath(new URL("../packages/heddle/bin/heddle.js", import.meta.url));

/** Trains for a second on a workspace's own clothes. */
export const TINY = ["train", "--data", "clothes", "--epochs", "1"] as const;

/** How a process ended and what it printed. */
export interface Finished {
  /** Its exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A running process. */
export class Running {
  stdout = "";
  stderr = "";
  private readonly started = performance.now();
  readonly finished: Promise<Finished>;

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.finished = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        const seconds = (performance.now() - this.started) / 1000;
        resolve({ code, stdout: this.stdout, stderr: this.stderr, seconds });
      });
    });
  }

  /** Waits until one of the streams holds `text`; throws if the process ends first. */
  async printed(text: string): Promise<void> {
    let over = false;
    void this.finished.then(() => {
      over = true;
    });
    while (!(this.stdout + this.stderr).includes(text)) {
      if (over)
        throw new Error(`Ended without printing ${JSON.stringify(text)}:\n${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export interface RunOptions {
  /** Added to the environment; `undefined` removes a variable. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options for node itself. */
  readonly node?: readonly string[];
  /** The terminal to which it writes; by default it writes to a pipe. */
  readonly terminal?: { readonly isTTY: true; readonly columns: number };
}

/**
 * A temporary folder with an empty home and a small dataset `clothes`, for the tests of one file. It is removed after
 * them, and its processes are killed.
 */
export class Workspace {
  path = "";
  private readonly children: ChildProcessWithoutNullStreams[] = [];

  constructor() {
    beforeAll(() => {
      this.path = realpathSync(mkdtempSync(join(tmpdir(), "heddle-test-")));
      mkdirSync(join(this.path, "home"));
      writeClothes(this.file("clothes"));
    });
    afterAll(() => {
      for (const child of this.children) child.kill("SIGKILL");
      rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  /** The path of a file in it. */
  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /**
   * Runs `heddle` to its end in this process, which saves seconds. Where node needs options it runs in a process of its
   * own, and so it does with a budget of time, which counts from the start of a process.
   */
  heddle(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    if (options.node || args.includes("--budget")) return this.start(args, options).finished;
    return this.here(() => runToEnd(args, options.terminal), options.env);
  }

  /** Does something in this process as if a fresh user had started it in this folder; one thing at a time. */
  private async here<T>(action: () => Promise<T>, env: NodeJS.ProcessEnv = {}): Promise<T> {
    const before = { env: { ...process.env }, folder: process.cwd() };
    if (before.folder === this.path) throw new Error("Two commands at once: start one of them instead.");
    setEnvironment({ ...this.environment(), ...env });
    process.chdir(this.path);
    try {
      return await action();
    } finally {
      process.chdir(before.folder);
      setEnvironment(before.env);
    }
  }

  /** Starts `heddle` in a process of its own. */
  start(args: readonly string[], options: Omit<RunOptions, "terminal"> = {}): Running {
    return this.spawn(process.execPath, [...(options.node ?? []), MAIN, ...args], options.env);
  }

  /** Starts any program in this folder. */
  spawn(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(program, args, { cwd: this.path, env: { ...this.environment(), ...env } });
    this.children.push(child);
    return new Running(child);
  }

  /** The folders of all runs in `root`, oldest first. */
  runs(root = "runs"): string[] {
    const folder = this.file(root);
    return existsSync(folder)
      ? readdirSync(folder)
          .sort()
          .map((id) => join(folder, id))
      : [];
  }

  /** A fresh user's environment, without this machine's settings. */
  environment(): NodeJS.ProcessEnv {
    const home = this.file("home");
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      LOCALAPPDATA: home,
      XDG_CACHE_HOME: join(home, "cache"),
    };
    for (const name of ["HEDDLE_DATA", "NODE_OPTIONS", "CI", "NO_COLOR", "FORCE_COLOR", "TERM"])
      delete env[name];
    return env;
  }
}

/** In place, so that the system's own calls see it too. */
function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}

/** Runs `heddle` in this process and collects what it prints. */
async function runToEnd(args: readonly string[], terminal?: RunOptions["terminal"]): Promise<Finished> {
  const printed = { stdout: "", stderr: "" };
  const collect = (name: keyof typeof printed) => ({
    ...terminal,
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const started = performance.now();
  const code = await runProgram(args, { stdout: collect("stdout"), stderr: collect("stderr") });
  return { code, ...printed, seconds: (performance.now() - started) / 1000 };
}

/** A JSON file of a run. */
// biome-ignore lint/suspicious/noExplicitAny: tests read any field
export function readJson(...path: readonly string[]): any {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}

/** Whether an error is one clear line: no second one, no stack trace, no escape codes. */
export function isOneLine(stderr: string): boolean {
  return /^heddle: [^\n]+\n$/.test(stderr) && !stderr.includes("\x1b") && !/ at \S+ \(/.test(stderr);
}
