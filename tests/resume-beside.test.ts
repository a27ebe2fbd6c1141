// A run that streams its images, or also writes event files, resumes as if nothing had happened.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { claimsIn } from "../packages/heddle/dist/system/lock.testing.js";
import { readJson, Workspace } from "./cli.js";

/** Nineteen steps an epoch. */
const TRAINING = [
  ...["train", "--data", "plain", "--epochs", "5", "--batch-size", "32"],
  ...["--checkpoint-every", "7", "--keep-checkpoints", "99"],
] as const;

const work = new Workspace();
beforeAll(() => {
  spawnSync("cp", ["-r", work.file("clothes"), work.file("plain")]);
  for (const file of readdirSync(work.file("plain"))) spawnSync("gunzip", [work.file("plain", file)]);
});

/** An undisturbed run. */
async function whole(words: readonly string[], root: string): Promise<string> {
  const { code, stderr } = await work.heddle([...TRAINING, ...words, "--run-dir", root, "--quiet"]);
  expect(code, stderr).toBe(0);
  return work.runs(root)[0]!;
}

/** Trains on one thread until `text` has been printed, then sends a signal. */
async function interrupted(words: readonly string[], text: string, signal: NodeJS.Signals): Promise<void> {
  const running = work.start([...words, "--threads", "1"]);
  await running.printed(text);
  running.child.kill(signal);
  const { code, stderr } = await running.finished;
  expect(code, stderr).toBe(signal === "SIGKILL" ? null : 130);
}

async function resumed(run: string): Promise<void> {
  const { code, stderr } = await work.heddle(["train", "--resume", run, "--threads", "2", "--quiet"]);
  expect(code, stderr).toBe(0);
}

/** Removes all checkpoints except those within an epoch. */
function loseCheckpoints(run: string, epoch: number): void {
  const folder = join(run, "checkpoints");
  const lost = readdirSync(folder).filter((name) => name >= `epoch-${String(epoch).padStart(4, "0")}.`);
  expect(lost).not.toEqual([]);
  for (const name of lost) rmSync(join(folder, name));
}

/** The contents of a run, except times. */
function outcome(run: string) {
  const rows = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n");
  return {
    sha256: readJson(run, "metrics.json").weights.sha256,
    history: rows.map((row) => row.split(",").slice(0, 6).join(",")),
    evaluation: readJson(run, "evaluation.json"),
  };
}

/** The events of each step, without their wall times. */
function scalars(run: string, part: string): [step: number, rest: string][] {
  const folder = join(run, "tensorboard", part);
  const events: [number, string][] = [];
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    for (let at = 0; at < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(at));
      // After the length, its checksum and nine bytes of wall time comes the step, unless it is 0.
      const message = bytes.subarray(at + 12 + 9, at + 12 + length);
      at += 12 + length + 4;
      const [step, rest] = message[0] === 0x10 ? [message[1]!, message.subarray(2)] : [0, message];
      if (rest.includes("epoch_loss")) events.push([step, rest.toString("hex")]);
    }
  }
  return events;
}

describe.skipIf(process.platform === "win32")("a resumed run", () => {
  it("with --stream resumes in the middle of an epoch to the same bits", async () => {
    const expected = outcome(await whole(["--stream"], "stream-whole"));
    await interrupted([...TRAINING, "--stream", "--run-dir", "stream"], "Epoch 3/5", "SIGINT");
    const run = work.runs("stream")[0]!;
    loseCheckpoints(run, 3);
    await resumed(run);
    expect(readJson(run, "run.json").stretches[1]).toMatchObject({
      threads: 2,
      from: { epoch: 2, step: 18 },
    });
    expect(outcome(run)).toEqual(expected);
  }, 180_000);

  it("with --tensorboard continues its events, without losing or repeating any", async () => {
    const undisturbed = await whole(["--tensorboard"], "events-whole");
    const words = [...TRAINING, "--tensorboard", "--run-dir", "events"];
    // Before the first event, and between the first epoch's events and the first checkpoint.
    await interrupted(words, "Training for", "SIGKILL");
    const run = work.runs("events")[0]!;
    await interrupted(["train", "--resume", run], "Epoch 1/5", "SIGKILL");
    rmSync(join(run, "checkpoints"), { recursive: true });
    await interrupted(["train", "--resume", run], "Epoch 3/5", "SIGKILL");
    loseCheckpoints(run, 3);
    await resumed(run);
    expect(outcome(run)).toEqual(outcome(undisturbed));
    for (const part of ["train", "validation"]) {
      const events = scalars(run, part);
      expect(events.map(([step]) => step)).toEqual([0, 1, 2, 3, 4]);
      expect(events).toEqual(scalars(undisturbed, part));
    }
  }, 180_000);
});

it("a run whose lock is deleted stops and writes nothing more", async () => {
  const running = work.start(["train", "--data", "clothes", "--epochs", "200", "--run-dir", "lost"]);
  await running.printed(" 2/200");
  const run = work.runs("lost")[0]!;
  rmSync(join(run, claimsIn(run)[0]!));
  const { code, stderr } = await running.finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^heddle: Run .*: expected lock-\w+ to stay while this process works on it, /);
  // The process that may have the folder now says how it ends.
  expect(readJson(run, "run.json")).toMatchObject({ status: "running" });
});
