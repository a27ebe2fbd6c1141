import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Shell } from "./shell.js";
import { Terminal } from "./terminal.js";

function open(isTTY: boolean) {
  const written: string[] = [];
  const stdout = { write: (text: string) => written.push(text), isTTY, columns: 80 };
  return { terminal: new Terminal(new Shell([], { stdout, stderr: stdout })), written };
}

describe("the line of work that cannot be counted", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("counts its seconds until something else is written", () => {
    vi.stubEnv("TERM", "xterm");
    const { terminal, written } = open(true);
    terminal.working("Evaluating");
    vi.advanceTimersByTime(2000);
    terminal.rewrite("Epoch 1");
    vi.advanceTimersByTime(2000);
    terminal.working("Writing the report");
    vi.advanceTimersByTime(1000);
    terminal.info("Done");
    vi.advanceTimersByTime(2000);
    vi.unstubAllEnvs();
    const lines = written.map((text) => text.replace("\r\x1b[K", "")).filter((text) => text !== "");
    expect(lines).toEqual([
      "Evaluating …",
      "Evaluating … 1s",
      "Evaluating … 2s",
      "Epoch 1",
      "Writing the report …",
      "Writing the report … 1s",
      "Done\n",
    ]);
  });

  it("goes on after a warning, and ends with the work, also where that fails", async () => {
    vi.stubEnv("TERM", "xterm");
    const { terminal, written } = open(true);
    const work = terminal.during("Reading", async () => {
      vi.advanceTimersByTime(2000);
      terminal.warn("odd");
      vi.advanceTimersByTime(1000);
      throw new Error("unreadable");
    });
    await expect(work).rejects.toThrow("unreadable");
    vi.advanceTimersByTime(2000);
    vi.unstubAllEnvs();
    const plain = (text: string) =>
      ["\r\x1b[K", "\x1b[33m", "\x1b[39m"].reduce((rest, code) => rest.replace(code, ""), text);
    const lines = written.map(plain).filter((text) => text !== "");
    expect(lines).toEqual([
      "Reading …",
      "Reading … 1s",
      "Reading … 2s",
      "warning: odd\n",
      "Reading … 2s",
      "Reading … 3s",
    ]);
  });

  it("is not written into pipes", () => {
    const { terminal, written } = open(false);
    terminal.working("Evaluating");
    vi.advanceTimersByTime(2000);
    expect(written).toEqual([]);
  });
});
