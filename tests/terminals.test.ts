import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { MAIN, TINY, Workspace } from "./cli.js";

/** Every command that prints more than a line, with its exit code when nobody reads what it prints. */
const commands: Readonly<Record<string, { readonly args: readonly string[]; readonly unread: number }>> = {
  help: { args: ["--help"], unread: 0 },
  "help of train": { args: ["train", "--help"], unread: 0 },
  // It prints before it trains, so there is work to stop; elsewhere, so that `latest` is a finished run.
  train: { args: [...TINY, "--limit", "100", "--run-dir", "unread"], unread: 130 },
  "lr-find": { args: ["lr-find", "--data", "clothes", "--limit", "200", "--steps", "20"], unread: 0 },
  data: { args: ["data", "clothes"], unread: 0 },
  convert: { args: ["convert", "clothes", "clothes.npz", "--force"], unread: 0 },
  evaluate: { args: ["evaluate", "latest"], unread: 0 },
  "evaluate as JSON": { args: ["evaluate", "latest", "--json"], unread: 0 },
  predict: { args: ["predict", "latest", "boot.png"], unread: 0 },
  plan: { args: ["plan", "latest"], unread: 0 },
  verify: { args: ["verify", "latest"], unread: 130 },
  runs: { args: ["runs"], unread: 0 },
  report: { args: ["report", "latest"], unread: 0 },
  "an error": { args: ["evaluate", "no-such-run"], unread: 2 },
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is matched
const COLOUR = /\x1b\[[\d;]*m/;

/** A text without colours and rewritten lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is matched
const withoutColours = (text: string) => text.replace(/\x1b\[[\d;]*m/g, "").replace(/\r\x1b\[K/g, "\r");
/** What a terminal shows in the end: the last form of each rewritten line. */
const linesOf = (text: string) =>
  withoutColours(text)
    .split(/\r?\n/)
    .map((line) => line.slice(line.lastIndexOf("\r") + 1));

/** Anything that controls a terminal, except line ends and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is matched
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const BEYOND_ASCII = /[^\x00-\x7f]/;

describe("the output of", () => {
  const work = new Workspace();
  beforeAll(async () => {
    for (const args of [TINY, ["convert", "clothes", "pictures", "--to", "images"]]) {
      const { code, stderr } = await work.heddle(args);
      expect(code, stderr).toBe(0);
    }
    const boots = work.file("pictures", "test", "9");
    copyFileSync(join(boots, readdirSync(boots)[0]!), work.file("boot.png"));
  });

  describe.each(Object.entries(commands))("%s", (name, { args, unread }) => {
    it("is ASCII without escape codes in a pipe and a locale without UTF-8, whatever TERM says", async () => {
      const env = { TERM: "xterm-256color", LC_ALL: "C" };
      const { stdout, stderr } = await work.heddle(args, { env });
      expect(stdout + stderr).not.toBe("");
      expect(stdout + stderr).not.toMatch(CONTROLS);
      expect(stdout + stderr).not.toMatch(BEYOND_ASCII);
    });

    it("ends quietly in a closed pipe", async () => {
      const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
      const gone = `'${name}.gone'`;
      // The command starts when the other end is closed, so that its first line meets a closed pipe on any machine.
      const script = `set -o pipefail
        { until [ -e ${gone} ]; do sleep 0.01; done; ${line}; } | { exec 0<&-; : > ${gone}; }`;
      const { code, stderr } = await work.spawn("bash", ["-c", script]).finished;
      expect(code, stderr).toBe(unread);
      expect(stderr).not.toMatch(/EPIPE|node:|\n {4}at /);
    });

    it("has no escape codes on a dumb terminal", async () => {
      const terminal = { isTTY: true, columns: 80 } as const;
      const { stdout, stderr } = await work.heddle(args, { terminal, env: { TERM: "dumb" } });
      expect(stdout + stderr).not.toBe("");
      expect(stdout + stderr).not.toMatch(CONTROLS);
    });

    it("breaks its lines at 40 columns, and has no colours with NO_COLOR", async () => {
      const terminal = { isTTY: true, columns: 40 } as const;
      const { stdout, stderr } = await work.heddle(args, { terminal, env: { NO_COLOR: "1" } });
      const printed = stdout + stderr;
      expect(printed).not.toMatch(COLOUR);
      expect(printed).not.toBe("");
      for (const line of linesOf(printed)) {
        const words = line.trim().split(/ +/);
        const longest = Math.max(...words.map((word) => [...word].length));
        const indent = line.length - line.trimStart().length;
        // JSON is for programs, and an error stays one line for those who read logs.
        if (args.includes("--json") || line.startsWith("heddle: ")) continue;
        expect([...line].length, line).toBeLessThanOrEqual(Math.max(40, indent + longest));
      }
    });
  });

  it("a training does not change the UTF-8 in its files, in any locale", async () => {
    const { code, stdout } = await work.heddle([...TINY, "--limit", "100"], { env: { LC_ALL: "C" } });
    expect(code).toBe(0);
    const report = /Report +(\S+)/.exec(stdout)![1]!;
    expect(readFileSync(join(work.path, report), "utf8")).toContain("×");
  });
});
