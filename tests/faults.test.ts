// What a training does when its disk, folder, clock or terminal fails.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isOneLine, readJson, Workspace } from "./cli.js";

const TRAINING = ["train", "--data", "clothes", "--epochs", "12", "--batch-size", "32"] as const;

const work = new Workspace();

let expected: Promise<string> | undefined;

/** The weights of the same training, undisturbed. */
function undisturbed(): Promise<string> {
  expected ??= work
    .heddle([...TRAINING, "--run-dir", "undisturbed", "--json", "--quiet"])
    .then(({ stdout }) => JSON.parse(stdout).metrics.weights.sha256);
  return expected;
}

async function resumes(run: string): Promise<void> {
  const { code, stdout, stderr } = await work.heddle(["train", "--resume", run, "--json", "--quiet"]);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).metrics.weights.sha256).toBe(await undisturbed());
}

/** A small disk for the test alone, if the system allows it: root on Linux. */
function mountDisk(folder: string): boolean {
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "none", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === "win32")("a training", () => {
  let disk = "";
  let mounted = false;
  beforeAll(() => {
    disk = work.file("disk");
    mounted = mountDisk(disk);
    if (!mounted) console.warn("SKIPPED: a full and a read-only disk, because no tmpfs can be mounted here");
  });
  afterAll(() => {
    if (mounted) execFileSync("umount", [disk]);
  });

  it("ends with one line on a full disk, and resumes when there is room", async ({ skip }) => {
    if (!mounted) skip();
    const running = work.start([...TRAINING, "--run-dir", "disk/full", "--quiet"]);
    const run = await newRun("disk/full");
    await until(() => existsSync(join(run, "checkpoints", "epoch-0002.safetensors")));
    const ballast = join(disk, "ballast");
    try {
      for (let size = 2 ** 20; size >= 2 ** 10; size /= 2) {
        while (couldAppend(ballast, size));
      }
      const { code, stderr } = await running.finished;
      expect(stderr).toMatch(/received a full disk\. Free some space or choose another disk\./);
      expect(isOneLine(stderr), stderr).toBe(true);
      expect(code).toBe(2);
    } finally {
      rmSync(ballast, { force: true });
    }
    await resumes(run);
    rmSync(join(disk, "full"), { recursive: true });
  });

  it("ends with one line on a disk that becomes read-only, and resumes when it can be written", async ({
    skip,
  }) => {
    if (!mounted) skip();
    const running = work.start([...TRAINING, "--run-dir", "disk/read-only", "--quiet"]);
    const run = await newRun("disk/read-only");
    await until(() => existsSync(join(run, "checkpoints", "epoch-0002.safetensors")));
    // The error occurs while a file is being written.
    await until(() => remount("ro"));
    try {
      const { code, stderr } = await running.finished;
      expect(stderr).toContain(
        "received a read-only file system. Choose a path on a disk that can be written.",
      );
      expect(isOneLine(stderr), stderr).toBe(true);
      expect(code).toBe(2);
      const begun = await work.heddle([...TRAINING, "--run-dir", "disk/others"]);
      expect(begun.stderr).toContain(
        "expected a folder in which runs can be made, received a read-only file system",
      );
      const resumed = await work.heddle(["train", "--resume", run]);
      expect(resumed.stderr).toContain("received a read-only file system");
      expect(isOneLine(resumed.stderr), resumed.stderr).toBe(true);
    } finally {
      remount("rw");
    }
    await resumes(run);
  });

  function remount(how: "ro" | "rw"): boolean {
    try {
      execFileSync("mount", ["-o", `remount,${how}`, disk], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  it("ends with one line when its folder is deleted, and does not recreate it", async () => {
    const running = work.start([...TRAINING, "--run-dir", "deleted", "--quiet"]);
    const run = await newRun("deleted");
    await until(() => existsSync(join(run, "checkpoints", "epoch-0002.safetensors")));
    rmSync(run, { recursive: true, force: true, maxRetries: 20 });
    const { code, stderr } = await running.finished;
    expect(stderr).toMatch(/^heddle: (Run|File) [^\n]*deleted[^\n]*\n$/);
    expect(code).toBe(2);
    expect(existsSync(join(run, "run.json"))).toBe(false);
  });

  it("is not disturbed by a clock that jumps back an hour whenever it is read", async () => {
    const clock = work.file("clock.mjs");
    writeFileSync(
      clock,
      `const RealDate = Date;
let looks = 0;
const now = () => RealDate.now() - 3_600_000 * looks++;
globalThis.Date = class extends RealDate {
  constructor(...given) { super(...(given.length > 0 ? given : [now()])); }
  static now() { return now(); }
};
`,
    );
    const running = work.start([...TRAINING, "--run-dir", "clock", "--checkpoint-every", "0.1s"], {
      node: ["--import", clock],
    });
    await running.printed("Epoch  3/12");
    running.child.kill("SIGTERM");
    expect((await running.finished).code).toBe(130);
    const run = work.runs("clock")[0]!;
    const { startedAt, finishedAt, timeSeconds } = readJson(run, "run.json");
    expect(Date.parse(finishedAt)).toBeLessThan(Date.parse(startedAt));
    expect(Math.min(...Object.values<number>(timeSeconds))).toBeGreaterThanOrEqual(0);
    await resumes(run);
  });

  it("stops with a checkpoint when nobody reads its output", async () => {
    const running = work.start([...TRAINING, "--run-dir", "pipe"]);
    await running.printed("Epoch  2/12");
    running.child.stdout.destroy();
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^Stopping after the current step, because nobody reads the output\.\nheddle: Stopped in epoch \d+ of 12\. /,
    );
    const run = work.runs("pipe")[0]!;
    expect(readJson(run, "run.json").status).toBe("stopped");
    expect(readdirSync(join(run, "checkpoints")).length).toBeGreaterThan(0);
    await resumes(run);
  });

  it("stops with a checkpoint when the terminal is closed, even when the signal comes twice", async () => {
    const running = work.start([...TRAINING, "--run-dir", "terminal"]);
    await running.printed("Epoch  2/12");
    running.child.kill("SIGHUP");
    running.child.stdout.destroy();
    running.child.stderr.destroy();
    setTimeout(() => running.child.kill("SIGHUP"), 20);
    expect((await running.finished).code).toBe(130);
    await resumes(work.runs("terminal")[0]!);
  });

  async function newRun(root: string): Promise<string> {
    await until(() => work.runs(root).some((run) => existsSync(join(run, "run.json"))));
    return work.runs(root)[0]!;
  }
});

/** Waits for at most a minute. */
async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 2) {
    if (waitedMs > 60_000) throw new Error("Expected this to happen within a minute.");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Appends to a file; false if the disk is full. */
function couldAppend(path: string, bytes: number): boolean {
  try {
    writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
    return true;
  } catch {
    return false;
  }
}
