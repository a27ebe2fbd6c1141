import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readJson, TINY, Workspace } from "./cli.js";
import { writeClothes } from "./idx-folder.js";
import { hasPty, heddleOnTerminal, NEEDS_PTY } from "./pty.js";

const ESCAPE = "\x1b";

describe("the output of the command line", () => {
  const work = new Workspace();
  // An epoch that lasts long enough for several lines on any machine.
  beforeAll(() => writeClothes(work.file("wardrobe"), { train: 5000, test: 200 }));
  const onTerminal = (columns: number, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    heddleOnTerminal(work, columns, args, env);

  it("is one line of JSON on standard output with --json", async () => {
    const { code, stdout, stderr } = await work.heddle([...TINY, "--json"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    const answer = JSON.parse(stdout);
    expect(answer.metrics).toEqual(readJson(work.path, answer.run, "metrics.json"));
    expect(readFileSync(join(work.path, answer.reportPath), "utf8")).toContain("</html>");
    // People still see the progress.
    expect(stderr).toContain("Epoch 1/1");
    expect(stderr).toContain("Test accuracy");
  });

  it("is the JSON alone with --json --quiet", async () => {
    const { code, stdout, stderr } = await work.heddle([...TINY, "--json", "--quiet"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).metrics.dataset.name).toBe("clothes");
  });

  it("is the result alone with --quiet", async () => {
    const { code, stdout, stderr } = await work.heddle([...TINY, "--quiet"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n").map((line) => line.slice(0, 18).trim())).toEqual([
      "Dataset",
      "Test accuracy",
      "Certainty",
      "Training accuracy",
      "Gap",
      "Speed",
      "Time",
      "Weights SHA-256",
      "Report",
      "",
    ]);
  });

  it("says that the data is a stand-in even with --quiet", async () => {
    const { code, stdout, stderr } = await work.heddle([
      ...["study", "fashion-mnist", "--offline", "--limit", "100", "--epochs", "1", "--quiet"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("NOT on Fashion-MNIST");
    expect(stderr).toMatch(/^warning: /);
  });

  it("is plain lines in a pipe and on CI", async () => {
    const args = ["study", "fashion-mnist", "--data", "clothes", "--epochs", "2"];
    const { stdout, stderr } = await work.heddle(args, { env: { CI: "true", TERM: "xterm-256color" } });
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(stdout + stderr).not.toContain("\r");
    expect(stdout.match(/^Epoch \d\/2 .*$/gm)).toEqual([
      expect.stringMatching(
        /^Epoch 1\/2 {2}\d+\.\ds {2}[\d,]+ images\/s {2}loss \d\.\d{4} {2}accuracy \d\.\d{4} {2}val_loss \d\.\d{4} {2}val_accuracy \d\.\d{4}$/,
      ),
      expect.stringMatching(/^Epoch 2\/2 /),
    ]);
    expect(stdout).toMatch(/\S\n$/);
    expect(stdout).not.toMatch(/[ \t]$/m);
    expect(stdout).not.toMatch(/\b(NaN|undefined|null|\[object)/);
  });

  it.skipIf(!hasPty).each([
    [
      120,
      /^Epoch \d\/2 {2}[━╌]{20} {2}[\d,]+ images\/s {2}ETA [\dms]+ {2}loss \d\.\d{4} {2}accuracy \d\.\d{4}$/,
    ],
    [
      80,
      /^Epoch \d\/2 {2}[━╌]{5,20} {2}[\d,]+ images\/s {2}ETA [\dms]+ {2}loss \d\.\d{4} {2}accuracy \d\.\d{4}$/,
    ],
    [40, /^Epoch \d\/2 {2}[\d,]+ images\/s {2}ETA [\dms]+$/],
  ])(`has a live line that does not wrap in %i columns ${NEEDS_PTY}`, async (columns, line) => {
    const { code, stdout } = await onTerminal(columns, ["train", "--data", "wardrobe", "--epochs", "2"]);
    expect(code, stdout).toBe(0);
    // Each update returns to the start of the line and clears it.
    const rewritten = stdout
      .split("\r\x1b[K")
      .slice(1)
      .map((text) => text.split("\r\n")[0]!);
    const live = rewritten.filter((text) => text.includes("ETA"));
    expect(live.length).toBeGreaterThan(1);
    expect(live[0]).toMatch(line);
    for (const text of live) expect(text.length).toBeLessThan(columns);
    expect(rewritten.some((text) => text.startsWith("Writing the report"))).toBe(true);
    // What stays on the screen: nothing of a live line, and each epoch once.
    const screen = stdout.split("\r\n").map((text) => text.split("\r\x1b[K").at(-1)!);
    const epochs = screen.filter((text) => text.startsWith("Epoch"));
    expect(epochs.map((text) => text.slice(0, 9))).toEqual(epochs.map((_, index) => `Epoch ${index + 1}/2`));
    expect(epochs).toHaveLength(2);
    expect(screen.join("\n")).not.toMatch(/ETA|Writing the report/);
    expect(stdout.replaceAll(ESCAPE, "ESC")).toMatch(/ESC\[1mTest accuracy +\d+\.\d\d%ESC\[22m/);
  });

  it.skipIf(!hasPty)(`has no escape codes where TERM=dumb ${NEEDS_PTY}`, async () => {
    const { code, stdout } = await onTerminal(80, TINY, { TERM: "dumb" });
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout).toContain("Epoch 1/1");
  });

  it.skipIf(!hasPty)(`has no colours where NO_COLOR is set ${NEEDS_PTY}`, async () => {
    const { code, stdout } = await onTerminal(80, TINY, { NO_COLOR: "1" });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Test accuracy +\d+\.\d\d%\r\n/);
  });
});
