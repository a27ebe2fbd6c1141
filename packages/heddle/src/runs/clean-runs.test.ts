import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftoverOf } from "@heddle/core/internal/base/aside.testing.js";
import { asideOf } from "@heddle/core/internal/base/aside-node.js";
import { runRecord } from "@heddle/core/internal/records/run-record.testing.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../system/lock.js";
import { writeClaim } from "../system/lock.testing.js";
import { cleanRuns } from "./clean-runs.js";
import { RunFolder } from "./run-folder.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-clean-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function newRun(): Promise<RunFolder> {
  const run = await RunFolder.create(root, { name: "x" });
  await run.writeRecord(runRecord({ id: run.id }));
  return run;
}

describe("cleanRuns", () => {
  it("removes temporary files, half-deleted runs and locks of killed processes, and nothing else", async () => {
    const run = await newRun();
    mkdirSync(run.modelPath);
    const lock = await lockFolder(run.path, "Run");
    const left = [
      await leftoverOf(join(root, "2026-03-04-153012-x"), "deleted"),
      await leftoverOf(join(run.path, "history.csv"), "tmp"),
      await leftoverOf(join(run.modelPath, "weights.safetensors"), "tmp"),
    ];
    for (const path of left) writeFileSync(path, "half");
    left.push(writeClaim(run.path, { pid: 2 ** 30 }));
    const own = await asideOf(join(run.path, "report.html"), "tmp");
    writeFileSync(own, "being written");
    mkdirSync(join(root, "notes"));
    const notes = await leftoverOf(join(root, "notes", "a"), "tmp");
    writeFileSync(notes, "no run");
    expect([...(await cleanRuns(root))].sort()).toEqual(left.sort());
    await lock.release();
    for (const path of [own, notes, run.recordPath]) expect(existsSync(path), path).toBe(true);
    expect(await cleanRuns(root)).toEqual([]);
    expect(await cleanRuns(join(root, "missing"))).toEqual([]);
  });

  it("removes the locks of killed processes", async () => {
    const run = await newRun();
    const claim = writeClaim(run.path, { pid: 2 ** 30 });
    expect(await cleanRuns(root)).toEqual([claim]);
  });

  it.skipIf(process.platform === "win32")("follows no link out of a run", async () => {
    const run = await newRun();
    const elsewhere = mkdtempSync(join(tmpdir(), "heddle-elsewhere-"));
    try {
      writeFileSync(await leftoverOf(join(elsewhere, "a"), "tmp"), "");
      symlinkSync(elsewhere, run.modelPath);
      expect(await cleanRuns(root)).toEqual([]);
      expect(readdirSync(elsewhere)).toHaveLength(1);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
