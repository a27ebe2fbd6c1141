import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { isOneLine, readJson, Workspace } from "./cli.js";

/** Trains on a stream for a second or two. */
const STREAMED = ["train", "--data", "plain", "--stream", "--epochs", "2", "--json", "--quiet"];

describe("heddle train --stream", () => {
  const work = new Workspace();
  beforeAll(() => {
    spawnSync("cp", ["-r", work.file("clothes"), work.file("plain")]);
    for (const file of readdirSync(work.file("plain"))) spawnSync("gunzip", [work.file("plain", file)]);
  });
  const trained = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await work.heddle(args);
    expect(code, stderr).toBe(0);
    const { run, metrics } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    return { run: work.file(run), id: run, metrics };
  };

  it("writes a complete run, with every image counted", async () => {
    const { run, metrics } = await trained(STREAMED);
    const record = readJson(run, "run.json");
    expect(record.status).toBe("finished");
    expect(record.recipe.stream).toBe(true);
    const data = readJson(run, "dataset.json");
    expect([data.train.images, data.test.images]).toEqual([600, 200]);
    const evaluation = readJson(run, "evaluation.json").evaluation;
    expect(evaluation.images).toBe(200);
    expect(evaluation.accuracy.value).toBeCloseTo(metrics.test.accuracy, 6);
    expect(metrics.test.accuracy).toBeGreaterThan(0.3);
  });

  it("gives the same weights on any number of threads, and verify repeats them", async () => {
    const one = await trained([...STREAMED, "--threads", "1"]);
    const two = await trained([...STREAMED, "--threads", "2"]);
    expect(two.metrics.weights).toEqual(one.metrics.weights);
    const { code, stdout } = await work.heddle(["verify", one.id]);
    expect(stdout).toContain("Verified:");
    expect(code).toBe(0);
  });

  it("resumes after a kill to the same bits", async () => {
    const args = STREAMED.map((word) => (word === "2" ? "6" : word)).filter((word) => word !== "--quiet");
    const whole = await trained(args);
    const running = work.start([...args, "--run-dir", "killed"]);
    await running.printed("Epoch 3/6");
    running.child.kill("SIGKILL");
    await running.finished;
    const [killed] = work.runs("killed");
    expect(readJson(killed!, "run.json").status).toBe("running");
    const resumed = await trained(["train", "--resume", killed!, "--json"]);
    expect(resumed.metrics.weights).toEqual(whole.metrics.weights);
  });

  it("records the same test images as a run in memory, and evaluates to the same figures", async () => {
    const streamed = await trained(STREAMED);
    const inMemory = await trained(STREAMED.filter((word) => word !== "--stream"));
    const hash = (run: string) => readJson(run, "run.json").dataset.testSha256;
    expect(hash(streamed.run)).toBe(hash(inMemory.run));
    const evaluate = async (...args: string[]) => {
      const { code, stdout, stderr } = await work.heddle(["evaluate", streamed.id, "--json", ...args]);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    const here = await evaluate();
    const there = await evaluate("--data", "clothes");
    expect(here.test).toEqual(there.test);
    expect(here.evaluation.confusion).toEqual(there.evaluation.confusion);
    expect((await evaluate("--split", "train")).train.images).toBe(600);
  });

  it("makes runs whose explanation from disk is the same as from memory", async () => {
    const { id } = await trained(STREAMED);
    const explain = async (...args: string[]) => {
      const { code, stdout, stderr } = await work.heddle(["explain", id, "--quiet", "--json", ...args]);
      expect(code, stderr).toBe(0);
      const { testLooks: _, ...result } = JSON.parse(stdout.trim().split("\n").at(-1)!);
      return result;
    };
    const whole = ["--map-images", "40"];
    expect(await explain(...whole)).toEqual(await explain(...whole, "--data", "clothes"));
    expect(await explain("train:599")).toEqual(await explain("train:599", "--data", "clothes"));
    // Images that are missing are never read: what explaining does not show stays on disk.
    const { stderr } = await work.heddle(["explain", id, "train:600"]);
    expect(stderr).toContain("train:600: expected an image of");
    expect(isOneLine(stderr)).toBe(true);
  });

  it("trains on packed files, with class weights", async () => {
    const args = STREAMED.map((word) => (word === "plain" ? "clothes" : word));
    const { run } = await trained([...args, "--class-weights", "balanced", "--limit", "300"]);
    expect(readJson(run, "dataset.json").train.images).toBe(300);
  });

  it.each([
    ["a validation split", ["--validation-split", "0.1"], "--validation-split: expected images in memory"],
    ["a budget", ["--budget", "20s"], "--budget: expected data in memory, received --stream."],
    [
      "drawn images",
      ["--data", "fashion-sketch"],
      "expected a folder of IDX files, the only form that can be streamed",
    ],
  ])("refuses %s by name", async (_, args, message) => {
    const { code, stderr } = await work.heddle(["train", "--data", "plain", "--stream", ...args, "--quiet"]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(isOneLine(stderr)).toBe(true);
  });
});
