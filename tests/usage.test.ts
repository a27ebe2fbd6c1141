// Arguments reach the program, and its exit code reaches the shell. Which arguments are accepted is tested in
// packages/heddle/src/cli/program.test.ts.
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isOneLine, MAIN, readJson, Workspace } from "./cli.js";

describe("heddle as a program", () => {
  const work = new Workspace();

  it("prints its version", async () => {
    const { code, stdout, stderr } = await work.heddle(["--version"]);
    const { version } = readJson(fileURLToPath(new URL("../packages/heddle/package.json", import.meta.url)));
    expect([code, stdout, stderr]).toEqual([0, `${version}\n`, ""]);
  });

  it("prints the help of a command", async () => {
    const { code, stdout, stderr } = await work.heddle(["train", "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: heddle train \[options\] \[recipe\]\n/);
  });

  it("refuses wrong arguments in one line, with exit code 2", async () => {
    const { code, stdout, stderr } = await work.heddle(["evaluate", "latest", "--threads", "0"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Expected a whole number from 1 to 64. See heddle evaluate --help.");
    expect(isOneLine(stderr), stderr).toBe(true);
  });

  it("shows the help if no command is typed, with exit code 2", async () => {
    const { code, stdout, stderr } = await work.heddle([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: heddle/);
  });

  it("says what to do in a clone that was not built", async () => {
    mkdirSync(work.file("clone", "bin"), { recursive: true });
    const program = work.file("clone", "bin", "heddle.mjs");
    copyFileSync(MAIN, program);
    const { code, stdout, stderr } = await work.spawn(process.execPath, [program, "train"]).finished;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Run npm ci in the clone.");
    expect(isOneLine(stderr), stderr).toBe(true);
  });
});
