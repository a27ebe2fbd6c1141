import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftoverOf } from "./aside.testing.js";
import { asideOf, isAside, removeLeftovers } from "./aside-node.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-aside-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a temporary name", () => {
  it("is next to the path, says whose it is, and is never the same twice", async () => {
    const [first, second] = [await asideOf("a/run.json", "tmp"), await asideOf("a/run.json", "tmp")];
    expect(first).not.toBe(second);
    expect(basename(first)).toMatch(/^\.run\.json\.heddle-[0-9a-f]{8}-\d+-\d*-[0-9a-f]{8}\.tmp$/);
    expect(basename(first)).toContain(`-${process.pid}-`);
    expect(isAside(basename(first))).toBe(true);
    expect([".run.json.0123456789ab.tmp", "run.json", ".git"].some(isAside)).toBe(false);
  });
});

describe("removeLeftovers", () => {
  it("removes files and folders of killed processes, and returns their paths", async () => {
    const file = await leftoverOf(join(folder, "run.json"), "tmp");
    const deleted = await leftoverOf(join(folder, "run"), "deleted");
    writeFileSync(file, "{");
    mkdirSync(join(deleted, "model"), { recursive: true });
    expect([...(await removeLeftovers(folder))].sort()).toEqual([file, deleted].sort());
    expect(readdirSync(folder)).toEqual([]);
    expect(await removeLeftovers(join(folder, "missing"))).toEqual([]);
  });

  it("leaves what a process that is alive is writing, and what has another name", async () => {
    writeFileSync(await asideOf(join(folder, "run.json"), "tmp"), "{");
    for (const name of [".run.json.0123456789ab.tmp", ".photos.old", "notes.tmp"])
      writeFileSync(join(folder, name), "mine");
    const before = readdirSync(folder);
    expect(await removeLeftovers(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("leaves what a process of another machine wrote within a day", async () => {
    const elsewhere = async (name: string) =>
      (await asideOf(join(folder, name), "tmp")).replace(/heddle-[0-9a-f]{8}/, "heddle-00000000");
    const [fresh, stale] = [await elsewhere("fresh"), await elsewhere("stale")];
    for (const path of [fresh, stale]) writeFileSync(path, "");
    utimesSync(stale, 0, Date.now() / 1000 - 25 * 60 * 60);
    expect(await removeLeftovers(folder)).toEqual([stale]);
    expect(existsSync(fresh)).toBe(true);
  });

  it("puts back what was moved away and not replaced, and removes what was replaced", async () => {
    const old = await leftoverOf(join(folder, "photos"), "old");
    mkdirSync(old);
    writeFileSync(join(old, "1.png"), "picture");
    expect(await removeLeftovers(folder)).toEqual([join(folder, "photos")]);
    expect(readFileSync(join(folder, "photos", "1.png"), "utf8")).toBe("picture");
    const replaced = await leftoverOf(join(folder, "photos"), "old");
    mkdirSync(replaced);
    expect(await removeLeftovers(folder)).toEqual([replaced]);
    expect(readdirSync(folder)).toEqual(["photos"]);
  });
});
