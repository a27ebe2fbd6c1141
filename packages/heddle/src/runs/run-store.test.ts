import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunStatus } from "@heddle/core/internal/records/run-record.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeClaim } from "../system/lock.testing.js";
import { RunFolder } from "./run-folder.js";
import { findInStore, readRuns } from "./run-store.js";
import { deleteRunFolder, findToDelete, nameRun, renameRunFolder, tagRun } from "./run-store-changes.js";

let work: string;
let root: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "heddle-store-"));
  root = join(work, "runs");
});
afterEach(() => rm(work, { recursive: true, force: true }));

let second = 0;
async function makeRun(name: string, status: RunStatus = "finished"): Promise<RunFolder> {
  const now = new Date(Date.UTC(2026, 2, 4, 15, 30, second++));
  const run = await RunFolder.create(root, { name, now });
  const dataset = { ...runRecord().dataset, name };
  await run.writeRecord(runRecord({ id: run.id, status, dataset, startedAt: now.toISOString() }));
  return run;
}

/** Locks a run for another process, which is alive. */
const lock = (run: RunFolder) => writeClaim(run.path, { pid: process.ppid });

describe("readRuns", () => {
  it("lists the runs of a folder, oldest first, and nothing else", async () => {
    const first = await makeRun("b");
    const other = await makeRun("a", "stopped");
    await mkdir(join(root, "regularization-mnist"));
    await writeFile(join(root, "notes.txt"), "");
    const { runs, damaged } = await readRuns(root);
    expect(runs.map(({ id }) => id)).toEqual([first.id, other.id]);
    expect(runs[1]).toMatchObject({
      status: "stopped",
      epochs: { done: 0, planned: 16 },
      testAccuracy: null,
    });
    expect(damaged).toEqual([]);
    expect(await readRuns(join(work, "none"))).toEqual({ runs: [], damaged: [], warnings: [] });
  });

  it("tells a run in progress from one that was killed", async () => {
    const running = await makeRun("x", "running");
    await lock(running);
    await makeRun("y", "running");
    expect((await readRuns(root)).runs.map(({ status }) => status)).toEqual(["running", "killed"]);
  });

  it("lists damaged runs apart, each with its reason", async () => {
    const good = await makeRun("good");
    const cut = await makeRun("cut");
    await writeFile(cut.recordPath, '{"formatVersion": 1,');
    const metrics = await makeRun("metrics");
    await writeFile(metrics.metricsPath, "[]");
    const newer = await makeRun("newer");
    await writeFile(newer.recordPath, '{"formatVersion": 99}');
    const empty = await RunFolder.create(root, { name: "empty", now: new Date(0) });
    const { runs, damaged } = await readRuns(root);
    expect(runs.map(({ id }) => id)).toEqual([good.id]);
    const reasons = Object.fromEntries(damaged.map(({ id, reason }) => [id, reason]));
    expect(Object.keys(reasons).sort()).toEqual([empty.id, cut.id, metrics.id, newer.id].sort());
    expect(reasons[cut.id]).toContain("run.json: expected JSON");
    expect(reasons[metrics.id]).toContain("metrics.json: expected a JSON object, received a list");
    expect(reasons[newer.id]).toContain("expected a run of format 2, received format 99");
    expect(reasons[empty.id]).toBe("There is no run.json in its folder.");
  });

  it("refuses a file as the folder of runs", async () => {
    await writeFile(root, "");
    await expect(readRuns(root)).rejects.toThrow(/expected a folder of runs/);
  });
});

describe("tags and names", () => {
  it("are stored, and none is lost when several processes tag at once", async () => {
    const { id } = await makeRun("x");
    const tags = Array.from({ length: 40 }, (_, at) => `t${at}`);
    await Promise.all(tags.map((tag) => tagRun(root, id, [tag])));
    expect((await readRuns(root)).runs[0]!.tags).toEqual([...tags].sort());
    const now = await tagRun(root, id, tags.slice(1), { remove: true });
    expect(now.tags).toEqual(["t0"]);
  });

  it("find a run, and belong to one run only", async () => {
    const run = await makeRun("x");
    const other = await makeRun("y");
    await nameRun(root, run.id, "wide head");
    expect((await RunFolder.open("wide head", root)).id).toBe(run.id);
    expect(await findInStore(root, "wide head")).toBe(run.path);
    await expect(nameRun(root, other.id, "wide head")).rejects.toThrow(
      `Name wide head: expected a name that no other run has, received the name of ${run.id}.`,
    );
    await expect(nameRun(root, other.id, run.id)).rejects.toThrow("expected a name that no other run has");
    await nameRun(root, run.id, run.id);
    await expect(RunFolder.open("wide head", root)).rejects.toThrow("received no such folder");
  });

  it("that two runs received at the same moment identify neither, and the error lists both", async () => {
    const run = await makeRun("x");
    const other = await makeRun("y");
    for (const one of [run, other]) await one.changeTags({ at: new Date().toISOString(), name: "twin" });
    await expect(RunFolder.open("twin", root)).rejects.toThrow(
      `Run twin: expected one run with that name, received ${run.id} and ${other.id}.`,
    );
  });
});

describe("renaming a folder", () => {
  it("keeps its contents, and the order of runs", async () => {
    const older = await makeRun("x");
    const newest = await makeRun("y");
    const renamed = await renameRunFolder(root, newest.id, "a-first-name");
    expect(await readdir(root)).toEqual([older.id, "a-first-name"].sort());
    expect((await renamed.readRecord()).id).toBe(newest.id);
    expect((await RunFolder.open("latest", root)).id).toBe("a-first-name");
    expect((await readRuns(root)).runs.map(({ id }) => id)).toEqual([older.id, "a-first-name"]);
  });

  it.each(["..", "../out", "/abs", "a/b", "a\\b", ".hidden", "-x", "x.", "latest", "", "a".repeat(101)])(
    "refuses %j",
    async (id) => {
      const run = await makeRun("x");
      await expect(renameRunFolder(root, run.id, id)).rejects.toThrow("Name of a run's folder: expected");
      expect(await readdir(root)).toEqual([run.id]);
      expect(await readdir(work)).toEqual(["runs"]);
    },
  );

  it("refuses the name of another run, and a run that is still training", async () => {
    const run = await makeRun("x");
    const other = await makeRun("y", "running");
    await lock(other);
    await expect(renameRunFolder(root, run.id, other.id)).rejects.toThrow(`received the name of ${other.id}`);
    await expect(renameRunFolder(root, other.id, "z")).rejects.toThrow("expected a run that has ended");
    expect(await readdir(root)).toEqual([run.id, other.id].sort());
  });
});

describe("a name that several want at once", () => {
  it("is given to one run", async () => {
    const runs = await Promise.all(["a", "b", "c", "d"].map((dataset) => makeRun(dataset)));
    const named = await Promise.allSettled(runs.map(({ id }) => nameRun(root, id, "same")));
    expect(named.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const renamed = await Promise.allSettled(runs.map(({ id }) => renameRunFolder(root, id, "folder")));
    expect(renamed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await readdir(root)).filter((name) => name.startsWith("lock-"))).toEqual([]);
  });
});

describe("deleting", () => {
  it("removes the folder and leaves no trace", async () => {
    const run = await makeRun("x");
    const kept = await makeRun("y");
    const paths = await findToDelete(root, [run.id, run.path, `${run.path}/`]);
    expect(paths).toEqual([run.path]);
    for (const path of paths) await deleteRunFolder(path);
    expect(await readdir(root)).toEqual([kept.id]);
  });

  it("removes damaged and killed runs, and one that is still training only with `force`", async () => {
    const cut = await makeRun("cut");
    await writeFile(cut.recordPath, "");
    const killed = await makeRun("killed", "running");
    const running = await makeRun("x", "running");
    await lock(running);
    expect(await findToDelete(root, [cut.id, killed.id])).toEqual([cut.path, killed.path]);
    await expect(findToDelete(root, [cut.id, running.id])).rejects.toThrow(
      `Run ${running.id}: expected a run that has ended, received one that is still training. Stop it, or set \`force: true\`.`,
    );
    expect(await findToDelete(root, [running.id], { force: true })).toEqual([running.path]);
  });

  it("refuses a run with a file of somebody else's, a picture among the figures included", async () => {
    const run = await makeRun("x");
    const figures = join(run.path, "figures");
    await mkdir(figures);
    for (const name of ["loss-by-epoch.svg", "loss-by-epoch.png"]) await writeFile(join(figures, name), "");
    expect(await findToDelete(root, [run.id])).toEqual([run.path]);
    await writeFile(join(figures, "holiday.png"), "");
    await expect(findToDelete(root, [run.id])).rejects.toThrow("figures/holiday.png");
    await rm(join(figures, "holiday.png"));
    await writeFile(join(run.path, "thesis.docx"), "");
    await expect(findToDelete(root, [run.id])).rejects.toThrow("thesis.docx");
  });

  it("touches nothing outside the folder of runs", async () => {
    await makeRun("x");
    await mkdir(join(work, "precious"));
    await writeFile(join(work, "precious", "run.json"), "{}");
    for (const outside of ["../precious", join(work, "precious")]) {
      await expect(findToDelete(root, [outside]), outside).rejects.toThrow("received one in another folder");
    }
    for (const none of ["..", ".", "../..", "/", work, root, "nowhere"]) {
      await expect(findToDelete(root, [none]), none).rejects.toThrow(
        /received (none with that name|one in another folder)/,
      );
    }
  });

  it.skipIf(process.platform === "win32")("removes a link, and not what it points to", async () => {
    await makeRun("x");
    await mkdir(join(work, "elsewhere"));
    await writeFile(join(work, "elsewhere", "run.json"), "{}");
    await symlink(join(work, "elsewhere"), join(root, "linked"));
    const [path] = await findToDelete(root, ["linked"]);
    await deleteRunFolder(path!);
    expect(await readdir(join(work, "elsewhere"))).toEqual(["run.json"]);
    expect(await readdir(root)).toHaveLength(1);
  });
});
