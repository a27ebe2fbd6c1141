import { spawn } from "node:child_process";

/** Longer than any model needs for its 32 samples. */
const LIMIT_MS = 120_000;

/** How a program ended, and what it printed. */
export interface Ended {
  /** Undefined when it could not be started, null when a signal ended it. */
  readonly code: number | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runProgram(program: string, words: readonly string[]): Promise<Ended> {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (part: string) => stdout.push(part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => stderr.push(part));
  const code = await new Promise<number | null | undefined>((done) => {
    child.once("error", (error) => {
      stderr.push(error.message);
      done(undefined);
    });
    child.once("close", done);
  });
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** What went wrong, in one line. */
export function faultOf({ code, stderr }: Ended): string {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /Error/.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
}
