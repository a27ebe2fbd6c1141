import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
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
import { isLocked, LockLostError, lockFolder, removeDeadLock } from "./lock.js";
import { claimsIn, writeClaim } from "./lock.testing.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

/** A program that runs in a process of its own. */
function program(text: string, ...words: readonly string[]): readonly [string, readonly string[]] {
  const lock = JSON.stringify(new URL("./lock.js", import.meta.url).href);
  const whole = `import { isLocked, lockFolder } from ${lock};\n${text}`;
  return [process.execPath, ["--input-type=module", "-e", whole, "--", ...words]];
}

describe("lockFolder", () => {
  it("gives a folder to one holder until it is released", async () => {
    const lock = await lockFolder(folder, "Run");
    const [claim] = claimsIn(folder);
    expect(JSON.parse(readFileSync(join(folder, claim!), "utf8"))).toMatchObject({
      host: hostname(),
      pid: process.pid,
    });
    expect(await isLocked(folder)).toBe(true);
    await expect(lockFolder(folder, "Run")).rejects.toThrow("expected no other process at work on it");
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(await isLocked(folder)).toBe(false);
    expect(lock.lost.aborted).toBe(false);
  });

  it("names the process that has the folder", async () => {
    const claim = writeClaim(folder, { pid: process.ppid });
    await expect(lockFolder(folder, "Run")).rejects.toThrow(
      `Run ${folder}: expected no other process at work on it, received process ${process.ppid} on ${hostname()}. ` +
        `Wait until it ends, or delete ${claim} if it is no run.`,
    );
    expect(claimsIn(folder)).toHaveLength(1);
    expect(await isLocked(folder)).toBe(true);
  });

  it("takes over from a process that was killed", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    writeClaim(folder, { pid: child.pid! });
    expect(await isLocked(folder)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockFolder(folder, "Run")).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("takes over when another process has the number now", async () => {
    writeClaim(folder, { pid: process.ppid, start: "1" });
    await (await lockFolder(folder, "Run")).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("takes over what its own process failed to release", async () => {
    const { pid } = process;
    const start = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19]!;
    writeClaim(folder, { pid, start });
    await (await lockFolder(folder, "Run")).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes over where a claim is damaged or of another machine and nobody touches it", async () => {
    writeFileSync(join(folder, "lock-000000000001"), "{");
    writeClaim(folder, { pid: process.ppid, host: "elsewhere", scope: "another boot" });
    await (await lockFolder(folder, "Run")).release();
    expect(readdirSync(folder)).toEqual([]);
  }, 20_000);

  it("leaves a folder to a process of another machine that touches its claim", async () => {
    const claim = writeClaim(folder, { pid: 2 ** 30, host: "elsewhere", scope: "another boot" });
    const beat = setInterval(() => utimesSync(claim, new Date(), new Date()), 300);
    try {
      expect(await isLocked(folder)).toBe(true);
      await expect(lockFolder(folder, "Run")).rejects.toThrow(
        `received process ${2 ** 30} on elsewhere. Wait`,
      );
    } finally {
      clearInterval(beat);
    }
  }, 20_000);

  it("tells its holder when the claim is deleted", async () => {
    const lock = await lockFolder(folder, "Run");
    rmSync(join(folder, claimsIn(folder)[0]!));
    if (!lock.lost.aborted) await once(lock.lost, "abort");
    expect(lock.lost.reason).toBeInstanceOf(LockLostError);
    await lock.release();
  }, 20_000);

  it("never has two holders, whatever five processes do, dead claims included", async () => {
    const dead = await deadProcess();
    // Whoever holds the lock makes a folder, which only one can. Half of the holders leave a dead claim.
    const contend = `
      import { mkdirSync, rmdirSync } from "node:fs";
      import { setTimeout } from "node:timers/promises";
      import { writeClaim } from ${JSON.stringify(new URL("./lock.testing.js", import.meta.url).href)};
      const [folder, dead] = process.argv.slice(1);
      let taken = 0;
      for (let round = 0; round < 200; round++) {
        const lock = await lockFolder(folder + "/locked", "Run").catch(() => undefined);
        if (lock) {
          mkdirSync(folder + "/holder");
          await setTimeout(Math.random() * 3);
          rmdirSync(folder + "/holder");
          if (round % 2) writeClaim(folder + "/locked", { pid: Number(dead) });
          await lock.release();
          taken++;
        }
        await setTimeout(Math.random() * 2);
      }
      console.log(taken);`;
    mkdirSync(join(folder, "locked"));
    const processes = Array.from({ length: 5 }, async () => {
      const child = spawn(...program(contend, folder, String(dead)));
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (text) => (stdout += text));
      child.stderr.on("data", (text) => (stderr += text));
      const [code] = await once(child, "close");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return Number(stdout);
    });
    const taken = await Promise.all(processes);
    expect(Math.min(...taken)).toBeGreaterThan(0);
    expect(taken.reduce((sum, count) => sum + count)).toBeGreaterThan(100);
  }, 120_000);

  const unshare = ["--pid", "--fork", "--mount-proc"] as const;
  const canUnshare = spawnSync("unshare", [...unshare, "true"]).status === 0;
  it.runIf(canUnshare)(
    "sees holders of other PID namespaces with the same host name and number",
    async () => {
      const [node, words] = program(
        `await lockFolder(process.argv[1], "Run"); console.log(process.pid); setInterval(() => {}, 1000);`,
        folder,
      );
      const holder = spawn("unshare", [...unshare, node, ...words]);
      try {
        const [pid] = await once(holder.stdout, "data");
        expect(Number(pid)).toBe(1);
        const [, rival] = program(
          `await lockFolder(process.argv[1], "Run").catch(({ message }) => console.log(message));`,
          folder,
        );
        const { stdout } = spawnSync("unshare", [...unshare, node, ...rival], { encoding: "utf8" });
        expect(stdout).toContain(`received process 1 on ${hostname()}. Wait until it ends`);
        expect(await isLocked(folder)).toBe(true);
      } finally {
        holder.kill("SIGKILL");
        spawnSync("pkill", ["-KILL", "-P", String(holder.pid)]);
      }
    },
    60_000,
  );
});

describe("removeDeadLock", () => {
  it("removes the claim of a killed process but not of one alive, and accepts that there is none", async () => {
    writeClaim(folder, { pid: process.ppid });
    await removeDeadLock(folder);
    expect(claimsIn(folder)).toHaveLength(1);
    rmSync(join(folder, claimsIn(folder)[0]!));
    writeClaim(folder, { pid: await deadProcess() });
    await removeDeadLock(folder);
    await removeDeadLock(folder);
    expect(readdirSync(folder)).toEqual([]);
    await removeDeadLock(join(folder, "missing"));
  });
});
