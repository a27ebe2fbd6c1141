import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isLocked, lockFolder, removeDeadLock } from "./lock.js";

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-lock-"));
  lock = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("lockFolder", () => {
  it("gives a folder to one alone, until it is given free", async () => {
    const unlock = await lockFolder(folder, "Run");
    expect(readFileSync(lock, "utf8")).toContain(`${hostname()} ${process.pid}`);
    await unlock();
    expect(existsSync(lock)).toBe(false);
    expect(await isLocked(folder)).toBe(false);
  });

  it("refuses what another process has, by name", async () => {
    writeFileSync(lock, `${hostname()} ${process.ppid}\n`);
    await expect(lockFolder(folder, "Run")).rejects.toThrow(
      `Run ${folder}: expected no other process at work on it, received process ${process.ppid} on ${hostname()}. Wait for its end, or delete ${lock} if it is no run.`,
    );
    expect(await isLocked(folder)).toBe(true);
  });

  it("takes over from a process that was killed, and from one whose number another has", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    writeFileSync(lock, `${hostname()} ${child.pid}\n`);
    expect(await isLocked(folder)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockFolder(folder, "Run"))();
    if (process.platform === "linux") {
      writeFileSync(lock, `${hostname()} ${process.ppid} 1\n`);
      await (await lockFolder(folder, "Run"))();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes over from another machine that gives no sign of life, and from no other", async () => {
    const other = join(folder, "other");
    const unlock = await lockFolder(other, "Run");
    await unlock();
    const touched = join(other, "lock");
    writeFileSync(touched, "elsewhere 1 2\n");
    writeFileSync(lock, "elsewhere 1 2\n");
    const beat = setInterval(() => utimesSync(touched, new Date(), new Date()), 300);
    try {
      const [refused, taken] = await Promise.all([
        lockFolder(other, "Run").catch((thrown: Error) => thrown.message),
        lockFolder(folder, "Run"),
      ]);
      expect(refused).toMatch(/received process 1 on elsewhere\. Wait for its end/);
      await taken();
    } finally {
      clearInterval(beat);
    }
  }, 20_000);
});

describe("removeDeadLock", () => {
  it("removes a killed process's lock, not that of one alive, and bears that there is none", async () => {
    writeFileSync(lock, `${hostname()} ${process.ppid}\n`);
    await removeDeadLock(folder);
    expect(existsSync(lock)).toBe(true);
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    writeFileSync(lock, `${hostname()} ${child.pid}\n`);
    await removeDeadLock(folder);
    await removeDeadLock(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});
