import { execFileSync } from "node:child_process";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { TensorBoard } from "@heddle/core/internal/callbacks/tensor-board.js";
import { Dense } from "@heddle/core/internal/layers/index.js";
import { Sequential } from "@heddle/core/internal/model/sequential.js";
import { Input } from "@heddle/core/internal/network/input.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../system/lock.js";
import { prepareEventFiles } from "./event-files.js";
import { keepFigure } from "./kept-figure.js";
import { RunFolder } from "./run-folder.js";
import { listRuns } from "./run-list.js";
import { readRuns } from "./run-store.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "heddle-runs-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const now = new Date("2026-03-04T15:30:12.417Z");

function recordOf(run: RunFolder): RunRecord {
  return runRecord({ id: run.id, startedAt: now.toISOString() });
}

function epoch(number: number): EpochLogs {
  return {
    epoch: number,
    loss: 1 / number,
    accuracy: 0.5,
    learningRate: 1e-3,
    seconds: 2,
    imagesPerSecond: 30,
  };
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

describe("RunFolder.create", () => {
  it("names the folder by the time in UTC and by what the run is about", async () => {
    const run = await RunFolder.create(join(root, "deep", "runs"), { name: "Fashion MNIST/../é", now });
    expect(run.id).toBe("2026-03-04-153012-fashion-mnist");
    expect(await readdir(join(root, "deep", "runs"))).toEqual([run.id]);
  });

  it("creates twenty folders for twenty runs of the same second, with names that sort", async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => RunFolder.create(root, { name: "x", now })),
    );
    expect(new Set(runs.map(({ path }) => path)).size).toBe(20);
    const names = (await readdir(root)).sort();
    expect(names).toHaveLength(20);
    expect(names[0]).toBe("2026-03-04-153012-x");
    expect(names[1]).toBe("2026-03-04-153012-x-02");
    expect(names[19]).toBe("2026-03-04-153012-x-20");
  });

  it("refuses a folder of runs that cannot be made", async () => {
    await writeFile(join(root, "file"), "");
    await expect(RunFolder.create(join(root, "file"), { name: "x" })).rejects.toThrow(
      /file: expected a folder in which runs can be made/,
    );
  });
});

describe("RunFolder.open", () => {
  it("finds a run by path, by id, and as the latest", async () => {
    const older = await RunFolder.create(root, { name: "b", now });
    const newer = await RunFolder.create(root, { name: "a", now: new Date(now.getTime() + 5000) });
    await older.writeRecord(recordOf(older));
    await newer.writeRecord(recordOf(newer));
    await RunFolder.create(root, { name: "killed-at-birth", now: new Date(now.getTime() + 9000) });
    expect((await RunFolder.open(older.path)).id).toBe(older.id);
    expect((await RunFolder.open(`${older.path}/`)).id).toBe(older.id);
    expect((await RunFolder.open(older.id, root)).path).toBe(older.path);
    expect((await RunFolder.open("latest", root)).id).toBe(newer.id);
    expect(await listRuns(root)).toEqual([older.id, newer.id]);
  });

  it("says what it received instead of a run", async () => {
    await mkdir(join(root, "photos"));
    await expect(RunFolder.open("nowhere", root)).rejects.toThrow(
      `Run nowhere: expected a run folder or the id of a run in ${root}, received no such folder. Pass the path`,
    );
    await expect(RunFolder.open(join(root, "photos"), root)).rejects.toThrow(
      "received a folder without run.json",
    );
    await expect(RunFolder.open("latest", root)).rejects.toThrow(
      `Runs in ${root}: expected at least one run`,
    );
    await expect(RunFolder.open("latest", join(root, "none"))).rejects.toThrow("received none");
  });
});

describe("a run's files", () => {
  it("read back as they were written", async () => {
    const run = await RunFolder.create(root, { name: "x", now });
    const metrics: Metrics = {
      dataset: { name: "x" },
      train: { accuracy: 0.9, loss: 0.2, runningAccuracy: 0.88 },
      test: { accuracy: 0.85, loss: 0.3 },
      throughput: { trainImagesPerSecond: 1, predictImagesPerSecond: 2 },
      timeSeconds: { total: 3 },
      weights: { sha256: "ab".repeat(32) },
      engine: { variant: "fma", threads: 2, width: 128 },
    };
    await run.writeRecord(recordOf(run));
    await run.writeMetrics(metrics);
    await run.writeReport("<!doctype html>");
    await run.writeFigure({
      name: "loss-by-epoch",
      svg: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    });
    const opened = await RunFolder.open(run.path);
    expect(await opened.readRecord()).toEqual(recordOf(run));
    expect(await opened.readMetrics()).toEqual(metrics);
    expect((await readdir(run.path)).sort()).toEqual(["figures", "metrics.json", "report.html", "run.json"]);
    expect((await readdir(join(run.path, "figures"))).sort()).toEqual([
      "loss-by-epoch.png",
      "loss-by-epoch.svg",
    ]);
  });

  it("hold the history as it was written last", async () => {
    const run = await RunFolder.create(root, { name: "x", now });
    expect((await run.readHistory()).epochs).toEqual([]);
    await run.writeHistory({ epochs: [epoch(1), epoch(2), epoch(3)] });
    expect((await run.readHistory()).epochs).toEqual([epoch(1), epoch(2), epoch(3)]);
    await run.writeHistory({ epochs: [epoch(1), { ...epoch(2), loss: 9 }] });
    expect((await run.readHistory()).epochs).toEqual([epoch(1), { ...epoch(2), loss: 9 }]);
  });

  it("count looks at the test images, and lose none when several processes count at once", async () => {
    const run = await RunFolder.create(root, { name: "x", now });
    await run.writeRecord(recordOf(run));
    expect(await run.readTestLooks()).toEqual([]);
    const look = { at: now.toISOString(), reason: "evaluate" } as const;
    const another = await RunFolder.open(run.path);
    await Promise.all([run, another].flatMap((one) => [1, 2, 3, 4].map(() => one.appendTestLook(look))));
    expect(await run.readTestLooks()).toEqual(new Array(8).fill(look));
  });

  it("are named in the error when they are damaged", async () => {
    const run = await RunFolder.create(root, { name: "x", now });
    await writeFile(join(run.path, "run.json"), '{"formatVersion": 1, "id": 7');
    await expect(run.readRecord()).rejects.toThrow(/run\.json: expected JSON/);
    await expect(run.readMetrics()).rejects.toThrow(/metrics\.json: expected a file that can be read/);
  });

  it("cannot lie outside the folder", async () => {
    const run = await RunFolder.create(root, { name: "x", now });
    const figure = { name: "../../escape", svg: "" };
    await expect(run.writeFigure(figure)).rejects.toThrow("Figure: expected a name of lower-case letters");
  });
});

describe("a run's folder", () => {
  it("is not begun again in its old place after it was moved", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    await run.writeRecord(recordOf(run));
    await rename(run.path, join(root, "moved"));
    const model = new Sequential([new Input([2]), new Dense(1)]);
    for (const write of [
      () => run.writeRecord(recordOf(run)),
      () => run.writeHistory({ epochs: [epoch(1)] }),
      () => run.writeModel(model),
      () => run.writeReport("page"),
      () => run.writeFigure({ name: "a", svg: SVG }),
      () => run.appendTestLook({ at: now.toISOString(), reason: "evaluate" }),
      () => run.changeTags({ at: now.toISOString(), tag: "a" }),
      () => lockFolder(run.path, "Run"),
      () => prepareEventFiles(run.tensorBoardPath, 0, run.place),
    ]) {
      await expect(write()).rejects.toThrow("received no such file or folder");
    }
    expect(await readdir(root)).toEqual(["moved"]);
  });

  it.skipIf(process.platform === "win32")("is never left through a link when it is written to", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    await run.writeRecord(recordOf(run));
    const elsewhere = join(root, "elsewhere");
    await mkdir(elsewhere);
    for (const path of [run.modelPath, join(run.path, "figures"), run.checkpointsPath, run.tensorBoardPath])
      await symlink(elsewhere, path);
    await symlink(join(elsewhere, "a"), join(run.path, "labels.jsonl"));
    const model = new Sequential([new Input([2]), new Dense(1)]);
    for (const write of [
      () => run.writeModel(model),
      () => run.writeFigure({ name: "a", svg: SVG }),
      () => keepFigure(run, { name: "a", title: "", alt: "", svg: SVG, darkSvg: "" }),
      () => run.changeTags({ at: now.toISOString(), tag: "a" }),
      () => new TensorBoard(run.tensorBoardPath, run.place).onEpochEnd(epoch(1)),
    ]) {
      await expect(write()).rejects.toThrow("received a link");
    }
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("loses the cut last line of its history only", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    await run.writeRecord(recordOf(run));
    await run.writeHistory({ epochs: [epoch(1), epoch(2)] });
    const file = join(run.path, "history.csv");
    await truncate(file, (await stat(file)).size - 5);
    const warnings: string[] = [];
    expect((await run.readHistory((message) => warnings.push(message))).epochs).toEqual([epoch(1)]);
    expect(warnings).toEqual([expect.stringContaining(`1 damaged line is skipped in ${file}.`)]);
  });

  it.skipIf(process.platform === "win32").each([
    ["history.csv", (run: RunFolder) => run.readHistory()],
    [
      "metrics.json",
      (run: RunFolder) =>
        readRuns(root).then(({ damaged }) => {
          throw new Error(damaged.find(({ id }) => id === run.id)?.reason);
        }),
    ],
    ["labels.jsonl", (run: RunFolder) => run.readTags()],
    ["test-looks.jsonl", (run: RunFolder) => run.readTestLooks()],
    ["evaluation.json", (run: RunFolder) => run.readEvaluation()],
    ["dataset.json", (run: RunFolder) => run.readData()],
    ["report.html", (run: RunFolder) => run.readReport()],
    ["run.json", (run: RunFolder) => RunFolder.open(run.path)],
  ] as const)("names a pipe in place of %s", async (name, read) => {
    const run = await RunFolder.create(root, { name: "pipe" });
    if (name !== "run.json") await run.writeRecord(recordOf(run));
    execFileSync("mkfifo", [join(run.path, name)]);
    await expect(read(run)).rejects.toThrow(
      `File ${join(run.path, name)}: expected a file that can be read, received a pipe.`,
    );
  });

  it("keeps its name and tags where a full disk cut a line", async () => {
    const run = await RunFolder.create(root, { name: "x" });
    await run.writeRecord(recordOf(run));
    await run.changeTags({ at: now.toISOString(), name: "first" });
    await appendFile(join(run.path, "labels.jsonl"), '{"at":');
    await run.changeTags({ at: now.toISOString(), tag: "urgent" });
    const { runs, damaged, warnings } = await readRuns(root);
    expect(runs).toMatchObject([{ name: "first", tags: ["urgent"] }]);
    expect(damaged).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("1 damaged line is skipped in ")]);
  });
});
