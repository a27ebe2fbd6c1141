// A run that was stopped or killed resumes to the same bits.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claimsIn, writeClaim } from "../packages/heddle/dist/system/lock.testing.js";
import { killAndResume } from "../tools/reliability/kill-and-resume.mjs";
import { isOneLine, readJson, Workspace } from "./cli.js";
import { writeCorners } from "./idx-folder.js";

/** Fifteen steps an epoch, about three seconds in all. */
const TRAINING = [
  ...["--data", "clothes", "--epochs", "10", "--batch-size", "32", "--validation-split", "0.2"],
  ...["--early-stopping", "20", "--checkpoint-every", "7"],
] as const;

const KILLS = Number(process.env["HEDDLE_KILLS"] ?? 3);

const work = new Workspace();

/** Trains until `after` has been printed, then ends the process with a signal. Returns the run's folder. */
async function interrupted(
  root: string,
  options: {
    readonly words?: readonly string[];
    readonly after?: string;
    readonly signal?: NodeJS.Signals;
  } = {},
): Promise<string> {
  const { words = TRAINING, after = "Epoch  2/", signal = "SIGKILL" } = options;
  const running = work.start(["train", ...words, "--threads", "1", "--run-dir", root]);
  await running.printed(after);
  running.child.kill(signal);
  await running.finished;
  return work.runs(root)[0]!;
}

const done = new Map<string, Promise<string>>();

/** The weights of the same training, undisturbed. */
function undisturbed(words: readonly string[] = TRAINING): Promise<string> {
  const key = words.join(" ");
  const sha256 = done.get(key) ?? trained(words);
  done.set(key, sha256);
  return sha256;
}

async function trained(words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await work.heddle([
    ...["train", ...words, "--run-dir", "whole", "--json", "--quiet"],
  ]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).metrics.weights.sha256;
}

function names(run: string): string[] {
  return readdirSync(join(run, "checkpoints")).sort();
}

describe.skipIf(process.platform === "win32")("a killed training", () => {
  it(`resumes to the same bits after each of ${KILLS} kills at random moments`, async () => {
    const { kills } = await killAndResume({
      folder: work.path,
      training: TRAINING,
      kills: KILLS,
      random: Math.random,
      env: work.environment(),
    });
    expect(kills).toBe(KILLS);
  }, 600_000);
});

describe.skipIf(process.platform === "win32")("heddle train --resume", () => {
  it("resumes where Ctrl-C stopped it, with the command in the message, and can be verified", async () => {
    const running = work.start(["train", ...TRAINING, "--run-dir", "stopped"]);
    await running.printed("Epoch  2/10");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    const run = work.runs("stopped")[0]!;
    expect(readJson(run, "run.json").status).toBe("stopped");
    const [, command] = /to resume it: {17}heddle (.+)\n/.exec(stderr)!;
    const resumed = await work.heddle([...command!.split(" "), "--threads", "3", "--json"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/resuming in epoch \d+ of 10/);
    expect(JSON.parse(resumed.stdout).metrics.weights.sha256).toBe(await undisturbed());

    const { status, stretches, finishedAt } = readJson(run, "run.json");
    expect(status).toBe("finished");
    expect(stretches).toHaveLength(2);
    expect(stretches[1]).toMatchObject({ threads: 3, node: process.versions.node, stoppedAt: finishedAt });
    expect(stretches[1].from.epoch).toBeGreaterThanOrEqual(2);
    expect(readFileSync(join(run, "report.html"), "utf8")).toContain("resumed");
    expect((await work.heddle(["verify", run, "--quiet"])).code).toBe(0);

    // The state after a kill at the very end, when only this was left to do.
    const dead = spawnSync(process.execPath, ["--version"]).pid;
    writeClaim(run, { pid: dead });
    const again = await work.heddle(["train", "--resume", run]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toBe(`Run ${run} is already finished; nothing to resume.\n`);
    expect(claimsIn(run)).toEqual([]);
  });

  it("resumes after folder and data were moved, from the checkpoint before a damaged one, and names the damaged one", async () => {
    cpSync(work.file("clothes"), work.file("others"), { recursive: true });
    const words = TRAINING.map((word) => (word === "clothes" ? "others" : word));
    const run = await interrupted("moved", { words });
    renameSync(work.file("others"), work.file("elsewhere"));
    renameSync(run, work.file("moved-run"));
    const lost = await work.heddle(["train", "--resume", "moved-run"]);
    expect(lost.code).toBe(2);
    expect(lost.stderr).toContain("Set --data to its folder.");

    const last = work.file("moved-run", "checkpoints", names(work.file("moved-run")).at(-1)!);
    writeFileSync(last, readFileSync(last).subarray(0, -5));
    const resumed = await work.heddle([
      ...["train", "--resume", "moved-run", "--data", "elsewhere", "--json", "--quiet"],
    ]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/^warning: Checkpoint [^\n]+ expected [^\n]+\.damaged\.\n$/);
    expect(JSON.parse(resumed.stdout).metrics.weights.sha256).toBe(await undisturbed());
  });

  it("refuses every option that would change the weights, by name", async () => {
    writeCorners(work.file("corners"));
    const run = await interrupted("refused");
    const refuses = async (words: readonly string[], expected: string) => {
      const { code, stderr } = await work.heddle(["train", "--resume", run, ...words]);
      expect(stderr).toContain(expected);
      expect(isOneLine(stderr), stderr).toBe(true);
      expect(code).toBe(2);
    };
    await refuses(
      ["--epochs", "3"],
      "--resume: expected only a run, which resumes with its original settings, received --epochs as well. Remove --epochs, or",
    );
    await refuses(["--fast"], "received --fast as well");
    await refuses(["quick"], "received quick as well");
    await refuses(["--data", "corners"], "with SHA-256");

    const path = join(run, "run.json");
    const record = readJson(path);
    const files = names(run);
    const changed = async (change: object, expected: string) => {
      writeFileSync(path, JSON.stringify({ ...record, ...change }));
      await refuses([], expected);
    };
    const { recipe } = record;
    const versions = { ...record.versions, heddle: "0.0.1" };
    await changed(
      { versions },
      "expected Heddle 0.0.1, which began it, because another version gives different bits",
    );
    const other = { class_name: "Sequential", config: record.model.config, name: "other" };
    await changed({ model: other }, "expected one of this run's model, SHA-256");
    await changed(
      { recipe: { ...recipe, fast: true } },
      "expected one of this run's kernels, fma, received strict",
    );
    await changed({ recipe: { ...recipe, epochs: 11 } }, "expected one of this run's settings");
    await changed({ recipe: { ...recipe, seed: 43 } }, "expected one of this run's settings");
    const images = { ...record.dataset, trainImages: 7 };
    await changed({ dataset: images }, "expected one of this run's settings");
    const source = { ...record.dataset.source, files: record.dataset.source.files.slice(1) };
    await changed({ dataset: { ...record.dataset, source } }, "expected one of this run's dataset");
    expect(names(run)).toEqual(files);
    const nothing = await work.heddle(["train", "--resume", "latest", "--run-dir", "nowhere"]);
    expect(nothing.stderr).toBe(
      "heddle: Runs in nowhere: expected at least one run, received none. Pass the path of a run folder, an id, a name, or latest.\n",
    );
  });

  it("is refused while another process works on the run, and starts from scratch without a checkpoint", async () => {
    const run = await interrupted("twice", { after: "Training for" });
    rmSync(join(run, "checkpoints"), { recursive: true, force: true });
    const first = work.start(["train", "--resume", run, "--json"]);
    await first.printed("Training for");
    const second = await work.heddle(["train", "--resume", run]);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      /^heddle: Run [^\n]+: expected no other process at work on it, received process \d+ on /,
    );
    const { code, stdout, stderr } = await first.finished;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("no checkpoint yet, so training starts from scratch");
    expect(JSON.parse(stdout).metrics.weights.sha256).toBe(await undisturbed());
  });

  it("resumes the study with averaged weights, and keeps as many checkpoints as requested", async () => {
    const words = [
      "--data",
      "clothes",
      "--epochs",
      "4",
      "--batch-size",
      "64",
      "--ema",
      "0.9",
      "--keep-checkpoints",
      "1",
      "--checkpoint-every",
      "0.2s",
    ];
    const running = work.start(["study", "fashion-mnist", ...words, "--run-dir", "study"]);
    await running.printed("Epoch 1/4");
    running.child.kill("SIGTERM");
    expect((await running.finished).code).toBe(130);
    const run = work.runs("study")[0]!;
    const resumed = await work.heddle([
      "study",
      "fashion-mnist",
      "--resume",
      "latest",
      "--run-dir",
      "study",
      "--json",
      "--quiet",
    ]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).metrics.weights.sha256).toBe(await undisturbed(words));
    expect(names(run).length).toBeLessThanOrEqual(2);
    expect(names(run)).toContain("epoch-0004.safetensors");
  });
});
